const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
const [main, list, foot] = ['output', 'dl', 'footer'].map((name) => document.querySelector(name));
const make = (name, properties) => Object.assign(document.createElement(name), properties);

worker.addEventListener('error', ({ message }) => { foot.textContent = message; });
worker.addEventListener('message', ({ data: { classes, ms, bytes, level, why } }) => {
  main.textContent = classes[0].name;
  for (const { name, share } of classes.slice(0, 3)) {
    list.append(make('dt', { textContent: name }), make('progress', { value: share }), make('dd', { textContent: `${(100 * share).toFixed(1)} %` }));
  }
  foot.append(`${ms.toFixed(1)} ms a run, ${bytes.toLocaleString('en')} bytes`, make('br'), `level ${level}: ${why}`);
});
