#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  process.stderr.write('fretwork: the command is not built yet; run `npm run build` in the workspace first\n');
  process.exit(70);
}

const { main } = await import(built.href);
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
// A reader that stops early, as in `fretwork inspect model.onnx | head`, is no error.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: interrupt.signal,
});
