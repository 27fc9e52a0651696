/**
 * Writes the runtime as files that a page loads without a bundler: `dist/min/index.js` and, for threads, `dist/min/thread.worker.js`. They are
 * minified as a bundler does it, and besides the properties of the runtime's own records have short names, which no bundler dares to give
 * them. Part of `npm run build`; `tools/bundle-size.ts` says what they weigh.
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
  base begins biasAddress blocks byRow cell chunk clamps columnAt columnCount columnOffsets direct empty ends first firstRow groupOffset groupRows groups
  last margin offsets outPlane packed panel parts perRow phases pitch plane planes projections reads rowAt rowCounts rowsMask sameSize scale sources step
  taps top vectors weightAt weightCount
  adds address alias bound curves density dtypes early exact fold gates hidden inner late machine manyAt many node ownBias pack peepholes perGroup places prepare
  product recurrent resized restAt runs spare spent width
  channels check defaults header model most needed oneof repeated shapes walked
`.trim().split(/\s+/);

export interface BundledFile {
  readonly name: string;
  readonly code: string;
}

/** The files, from the sources of this package and of the format. */
export async function bundled(): Promise<readonly BundledFile[]> {
  const build = async (input: string, name: string): Promise<BundledFile> => {
    const bundle = await rolldown({
      input: new URL(input, root).pathname, platform: 'browser', logLevel: 'warn', plugins: [shortNames], transform: { target: 'es2022' },
      resolve: { conditionNames: ['@fretwork/source', 'browser', 'import', 'default'] },
    });
    const { output: [{ code }] } = await bundle.generate({ format: 'esm', minify: true, codeSplitting: false });
    await bundle.close();
    return { name, code };
  };
  return [await build('src/index.ts', 'index.js'), await build('src/machine/threads/thread.worker.ts', 'thread.worker.js')];
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
        if (INTERNAL.includes(name)) places.push({ name, start: key.start, end: key.end, shorthand: node['shorthand'] === true });
      }
      const text = node.type === 'TemplateElement' ? (node['value'] as { cooked: string }).cooked : node.type === 'Literal' ? String(node['value']) : '';
      // A table of fields holds its names in one text.
      for (const word of /^\w+:\w/.test(text) ? text.split(/\W+/) : [text]) texts.add(word);
      for (const child of Object.values(node).flat()) if (typeof child === 'object' && child !== null && 'type' in child) visit(child as Node);
    };
    visit(this.parse(code) as unknown as Node);
    const foreign = [...texts, ...declared(), ...builtIn()];
    const wrong = INTERNAL.filter((name) => used.has(name) && foreign.includes(name));
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
  '../format/src/container/{outline,limits,load-file,open-source}.ts', '../format/src/schema/bcr.pb.d.ts',
];
const declared = (): readonly string[] => globSync(KNOWN, { cwd: root.pathname })
  .flatMap((file) => [...readFileSync(new URL(file, root), 'utf8').matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map((found) => found[1]!));

/** Properties of what the language and its hosts bring. */
function builtIn(): readonly string[] {
  const classes = [Array, Object, Map, Set, WeakMap, String, Number, BigInt, RegExp, Promise, Error, Function, Uint8Array, DataView, ArrayBuffer, SharedArrayBuffer, Response, ReadableStream, AbortSignal, Blob, URL];
  const all = [globalThis, Math, JSON, Atomics, WebAssembly, performance, [].values(), ...classes, ...classes.map((one) => one.prototype as object)];
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
