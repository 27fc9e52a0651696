/**
 * What `@fretwork/runtime-wasm` costs a page, compressed: the files of `@fretwork/runtime-wasm/min`, as the package ships them, and the same
 * from its modules, as an application bundles and minifies them. Prints bytes of both and which folders they come from; exits 1 where
 * one has grown above its limit. Runs on the built packages:
 *
 *     npm test -- build size              (or: node tools/bundle-size.ts [--json])
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

/** Bytes after gzip that loader, reader and all kernels of all levels may take together in the files that the package ships. */
const LIMIT = 60_000;
/** The same as an application bundles it, a little more than it takes: lower it whenever that shrinks, never raise it without saying what for. */
const BUNDLED_LIMIT = 61_200;
const PACKAGE = '@fretwork/runtime-wasm';

interface FileSize {
  readonly file: string;
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** One way to get the whole. */
interface Form {
  readonly form: string;
  readonly limit: number;
  readonly whole: FileSize;
  readonly files: readonly FileSize[];
}

interface Source {
  readonly folder: string;
  /** Share of the bundled code before it is minified, 0 to 1. */
  readonly share: number;
}

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const output = await bundled();
const sources = sourcesOf(output);
const forms: readonly Form[] = [
  formOf(`${PACKAGE}/min`, LIMIT, ['index.js', 'thread.worker.js'].map((file) => sizeOf(file, readFileSync(new URL(`../packages/runtime-wasm/dist/min/${file}`, import.meta.url))))),
  formOf(`${PACKAGE}, bundled`, BUNDLED_LIMIT, output.map((file) => sizeOf(file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)))),
];

if (options.json) console.log(JSON.stringify({ package: PACKAGE, forms, sources }, null, 2));
else print();
for (const { form, limit, whole } of forms) {
  if (whole.gzip <= limit) continue;
  console.error(`${form}: ${whole.gzip} bytes after gzip, more than ${limit}`);
  process.exitCode = 1;
}

/** All files that the page would have to load. */
async function bundled(): Promise<readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[]> {
  const entry = '\0entry';
  const result = await build({
    configFile: false, logLevel: 'error',
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? id : undefined), load: (id) => (id === entry ? `export * from '${PACKAGE}';` : undefined) }],
    build: {
      write: false, minify: true, target: 'es2022', modulePreload: { polyfill: false }, reportCompressedSize: false,
      // Of an application, not a library: libraries keep their white space.
      rolldownOptions: { input: { 'runtime-wasm': entry }, preserveEntrySignatures: 'strict' },
    },
    worker: { format: 'es' },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const files = outputs.flatMap((o) => ('output' in o ? [...o.output] : []));
  const [first] = files;
  if (first?.type !== 'chunk' || !first.exports.includes('load')) throw new Error('vite gave no bundle that exports load');
  return files;
}

function sizeOf(file: string, bytes: Buffer): FileSize {
  return { file, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
}

function formOf(form: string, limit: number, files: readonly FileSize[]): Form {
  const whole = files.reduce((sum, f) => ({ file: 'whole', raw: sum.raw + f.raw, gzip: sum.gzip + f.gzip, brotli: sum.brotli + f.brotli }), { file: 'whole', raw: 0, gzip: 0, brotli: 0 });
  return { form, limit, whole, files };
}

function sourcesOf(files: typeof output): readonly Source[] {
  const bytes = new Map<string, number>();
  for (const file of files) {
    if (file.type !== 'chunk') continue;
    for (const [id, { renderedLength }] of Object.entries(file.modules)) bytes.set(folderOf(id), (bytes.get(folderOf(id)) ?? 0) + renderedLength);
  }
  const all = [...bytes.values()].reduce((a, b) => a + b, 0);
  return [...bytes].filter(([, length]) => length > 0).map(([folder, length]) => ({ folder, share: length / all })).sort((a, b) => b.share - a.share);
}

/** `format/rules` of `…/packages/format/dist/rules/table.js`, `protobufjs` of a dependency. */
function folderOf(id: string): string {
  const path = relative(process.cwd(), id.replace(/[\0?].*$/, ''));
  const own = /^packages\/([^/]+)\/(?:dist|src)\/(?:([^/]+)\/)?/.exec(path);
  if (own !== null) return `${own[1]!}${own[2] === undefined ? '' : `/${own[2]}`}`;
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'bundler';
}

function print(): void {
  const row = (...cells: readonly (string | number)[]): string => cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(10))).join('');
  console.log([
    ...forms.flatMap(({ form, limit, whole, files }) => [
      row(form, 'raw', 'gzip', 'brotli'),
      ...[...files, whole].map((f) => row(f.file, f.raw, f.gzip, f.brotli)),
      row('limit', '', limit),
      '',
    ]),
    `of the code: ${sources.filter(({ share }) => share >= 0.01).map(({ folder, share }) => `${folder} ${Math.round(100 * share)} %`).join(', ')}`,
  ].join('\n'));
}
