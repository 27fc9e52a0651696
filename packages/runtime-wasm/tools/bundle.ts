/**
 * Writes the runtime as files that a page loads without a bundler: `dist/min/index.js` and, for threads, `dist/min/thread.worker.js`, the
 * notices of what is inside beside them. They are minified as a bundler does it, and besides the properties of the runtime's own records have
 * short names, which no bundler dares to give them. Part of `npm run build`; `tools/bundle-size.ts` says what they weigh.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rolldown, type Plugin } from 'rolldown';

const root: URL = new URL('..', import.meta.url);

/** Properties of records that never leave the runtime, and that nothing looks up by a name in a text. The build stops at one that is something else too. */
const INTERNAL: readonly string[] = `
  addBeside advance atLeast below branch branchIf callAt divide equal finish func isZero lanesAdd lanesBelow lanesChoose lanesShiftLeft loadAlone
  loadHalf loadSplat loadVector local locals loop madd multiply scratch select shiftLeft shiftRight shuffle storeLane storeVector typeOf vectorAdd
  vectorDivide vectorFrom vectorLeast vectorMaximum vectorMost vectorMultiply vectorSub vectorZero when
  arenaBytes buffers constants contents fuses inMemory keepInputs lastingBytes layouts nodes ofShapes original problems program programBytes residual scratchBytes
  shapeInputs skipped supports work
  base begins biasAddress block blocks byRow cell cells chunk clamps columnAt columnCount columnOffsets direct empty ends first firstRow groupOffset groupRows groups
  last margin offsets outPlane packed panel parts perRow phases pitch plane planes projections reads rowAt rowCounts rowsMask sameSize scale sources step
  taps top vectors weightAt weightCount
  adds address alias bound copies curves density dtypes early exact fold gates hidden index inner inputAt inPlace late machine manyAt many node ownBias pack peepholes perGroup places planeAt prepare
  product recurrent resized restAt runs spare spent width
  append backwards bounds centred detect exported family found headerBytes lack died matrix needBytes needs outline place positions prefix refused scaled wire
  channels check defaults header model most needed oneof repeated shapes walked
`.trim().split(/\s+/);

/** The same, though they are texts too: of attributes and fields, which are looked up by what the text says and never by name, and of kinds. */
const TEXTS_TOO: readonly string[] = ['axpy', 'bias', 'constant', 'dilations', 'floats', 'fork', 'input', 'integer', 'layout', 'start', 'strides', 'views', 'wide'];

export interface BundledFile {
  readonly name: string;
  readonly code: string;
}

/** The files, from the sources of this package and of the format, and the notices of what else is in them. */
export async function bundled(): Promise<readonly BundledFile[]> {
  const folders = new Set<string>();
  const build = async (input: string, name: string): Promise<BundledFile> => {
    const bundle = await rolldown({
      input: new URL(input, root).pathname, platform: 'browser', logLevel: 'warn', plugins: [shortNames], transform: { target: 'es2022' },
      resolve: { conditionNames: ['@fretwork/source', 'browser', 'import', 'default'] },
    });
    const { output: [{ code, moduleIds }] } = await bundle.generate({ format: 'esm', minify: true, codeSplitting: false });
    await bundle.close();
    for (const id of moduleIds) for (const [folder] of id.matchAll(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/g)) folders.add(folder);
    return { name, code };
  };
  const files = [await build('src/index.ts', 'index.js'), await build('src/machine/threads/thread.worker.ts', 'thread.worker.js')];
  return [...files, { name: 'NOTICES.txt', code: [...folders].map(notice).join('\n\n') }];
}

/** Name, version and licence of a dependency. */
function notice(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { name: string; version: string };
  return `${name} ${version}:\n${readFileSync(`${folder}/LICENSE`, 'utf8')}`;
}

/** A node of the syntax tree, as far as renaming looks at it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const shortNames: Plugin = {
  name: 'short-names',
  renderChunk(code) {
    const places: { readonly name: string; readonly start: number; readonly end: number; readonly shorthand: boolean }[] = [];
    const used = new Set<string>();
    const texts = new Set<string>();
    const visit = (node: Node): void => {
      const key = (node.type === 'MemberExpression' ? node['property'] : node['key']) as Node | undefined;
      if (key?.type === 'Identifier' && node['computed'] !== true) {
        const name = key['name'] as string;
        used.add(name);
        if (INTERNAL.includes(name) || TEXTS_TOO.includes(name)) places.push({ name, start: key.start, end: key.end, shorthand: node['shorthand'] === true });
      }
      const text = node.type === 'TemplateElement' ? (node['value'] as { cooked: string }).cooked : node.type === 'Literal' ? String(node['value']) : '';
      // A table of fields holds its names in one text.
      for (const word of /^\w+:\w/.test(text) ? text.split(/\W+/) : [text]) texts.add(word);
      for (const child of Object.values(node).flat()) if (typeof child === 'object' && child !== null && 'type' in child) visit(child as Node);
    };
    visit(this.parse(code) as unknown as Node);
    const foreign = [...texts, ...declared()];
    const hosts = builtIn();
    const wrong = [...INTERNAL, ...TEXTS_TOO].filter((name) => used.has(name) && (hosts.includes(name) || (INTERNAL.includes(name) && foreign.includes(name))));
    if (wrong.length > 0) throw new Error(`not the runtime's own: ${wrong.join(', ')}`);
    const counts = new Map<string, number>();
    for (const { name } of places) counts.set(name, (counts.get(name) ?? 0) + 1);
    const free = shortest(used);
    const names = new Map([...counts].sort(([, a], [, b]) => b - a).map(([name]) => [name, free.next().value as string]));
    let renamed = '';
    let at = 0;
    for (const { name, start, end, shorthand } of places.sort((a, b) => a.start - b.start)) {
      renamed += code.slice(at, start) + names.get(name)! + (shorthand ? `:${name}` : '');
      at = end;
    }
    return renamed + code.slice(at);
  },
};

/** What users of the package, its workers and the files of the format know. */
const KNOWN = [
  'src/contract.ts', 'src/machine/machine.ts', 'src/machine/threads/serve.ts', '../format/src/{contract,error,dtype}.ts',
  '../format/src/container/{outline,load-file,open-source}.ts', '../format/src/schema/bcr.pb.d.ts',
];
const declared = (): readonly string[] => globSync(KNOWN, { cwd: root.pathname })
  .flatMap((file) => [...readFileSync(new URL(file, root), 'utf8').matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map((found) => found[1]!));

/** Properties of what the language and its hosts bring. */
function builtIn(): readonly string[] {
  const classes = [Array, Object, Map, Set, WeakMap, String, Number, BigInt, Promise, Error, Function, Uint8Array, DataView, ArrayBuffer, SharedArrayBuffer, Response, ReadableStream, AbortSignal, Blob, URL];
  const all = [globalThis, Math, JSON, Atomics, WebAssembly, performance, [].values(), RegExp.prototype, ...classes, ...classes.map((one) => one.prototype as object)];
  const chain = (one: object | null): readonly string[] => (one === null ? [] : [...Object.getOwnPropertyNames(one), ...chain(Object.getPrototypeOf(one) as object | null)]);
  return all.flatMap(chain);
}

/** Names of one letter, then of two, that no property has. */
function* shortest(used: ReadonlySet<string>): Generator<string> {
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const before of ['', ...letters]) for (const letter of letters) if (!used.has(before + letter)) yield before + letter;
}

if (import.meta.main) {
  const folder = new URL('dist/min/', root);
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of await bundled()) writeFileSync(new URL(name, folder), code);
}
