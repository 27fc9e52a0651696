import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generated } from '../tools/generate.js';

it('onnx.pb.js is what npm run generate makes of onnx.proto', async () => {
  const [file, text] = await generated();
  expect(readFileSync(file, 'utf8') === text, 'run npm run generate -w @fretwork/onnx').toBe(true);
});
