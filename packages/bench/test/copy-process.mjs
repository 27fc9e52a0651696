// Stands for a copy of a layer: ready after its job, then takes 2 ms a run; or ends, where the seed says so.
process.once('message', ({ seed }) => {
  process.on('message', () => (seed < 0 ? process.exit(7) : process.send(2)));
  process.send('ready');
});
