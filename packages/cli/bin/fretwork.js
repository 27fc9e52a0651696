#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  process.stderr.write('fretwork: the command is not built yet; run `npm run build` in the workspace first\n');
  process.exit(3);
}

const { main } = await import(built.href);
// A reader that stops early, as in `fretwork inspect model.onnx | head`, is no error.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`fretwork: standard output cannot be written: ${error.message}\n`);
  process.exit(3);
});

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
