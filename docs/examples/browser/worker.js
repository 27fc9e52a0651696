import { dense } from '@fretwork/format';
import { load } from '@fretwork/runtime-wasm';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const [MEAN, DEVIATION] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];

let bytes = 0;
const runtime = await load('/model.bcr', { onProgress: ({ loadedBytes }) => { bytes = loadedBytes; } });

const canvas = new OffscreenCanvas(32, 32).getContext('2d');
canvas.drawImage(await createImageBitmap(await (await fetch('/image.png')).blob()), 0, 0, 32, 32);
const { data } = canvas.getImageData(0, 0, 32, 32);
const planes = Float32Array.from({ length: 3 * 1024 }, (_, i) => {
  const channel = Math.floor(i / 1024);
  return (data[4 * (i % 1024) + channel] / 255 - MEAN[channel]) / DEVIATION[channel];
});

const [input, output] = [runtime.inputs[0], runtime.outputs[0]];
const run = () => runtime.run({ [input]: dense('f32', [1, 3, 32, 32], planes) })[output].data;
const powers = [...run()].map(Math.exp);
const times = Array.from({ length: 9 }, () => {
  const start = performance.now();
  run();
  return performance.now() - start;
}).sort((a, b) => a - b);

const sum = powers.reduce((a, b) => a + b);
const classes = CLASSES.map((name, i) => ({ name, share: powers[i] / sum })).sort((a, b) => b.share - a.share);
const { level, why } = runtime.report();
postMessage({ classes, ms: times[4], bytes, level, why });
