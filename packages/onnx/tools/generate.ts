/**
 * Makes `src/schema/onnx.pb.js` from `onnx.proto` (protobuf.js, static). Its types, `onnx.pb.d.ts`, are written by hand.
 * `npm run generate -w @fretwork/onnx`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pbjs from 'protobufjs-cli/pbjs.js';

const schema: URL = new URL('../src/schema/', import.meta.url);
const notice = '// Made from onnx.proto by tools/generate.ts. Not to be edited.\n';

/** Path of the generated file and what belongs in it. */
export async function generated(): Promise<readonly [file: URL, text: string]> {
  const code = await promisify<string[], string | undefined>(pbjs.main)([
    '-t', 'static-module', '-w', 'esm', '--es6', '--dependency', 'protobufjs/minimal.js',
    '--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-comments', '--no-service',
    fileURLToPath(new URL('onnx.proto', schema)),
  ]);
  // protobuf.js would keep the classes in a registry that all its users share; another ONNX reader on the page must not meet ours there.
  const shared = 'const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});';
  if (code === undefined || !code.includes(shared)) throw new Error('pbjs writes another module than tools/generate.ts knows');
  return [new URL('onnx.pb.js', schema), notice + code.replace(shared, 'const $root = {};').replace(/\n{3,}/g, '\n\n')];
}

if (import.meta.main) {
  const [file, text] = await generated();
  writeFileSync(file, text);
}
