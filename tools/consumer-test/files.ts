/** What a package may hold, as patterns of file names: the committed picture that each tarball is held against. */
import type { Pack } from './packs.ts';

const ALLOWED: readonly RegExp[] = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^bin\/fretwork\.js$/,
  /^dist\/(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.pb|(?:\.worker)?(?:\.(?:node|browser))?)\.(?:js|d\.ts)$/,
  /^dist\/(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.worker)?(?:\.(?:node|browser))?\.d\.ts\.map$/,
  /^src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.d|(?:\.worker)?(?:\.(?:node|browser))?)\.ts$/,
  /^src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.pb\.(?:js|d\.ts)$/,
  /^src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.proto$/,
  /^src\/(?:[a-z0-9-]+\/)*native\/(?:[a-z0-9-]+\/)*[a-z0-9_-]+\.(?:[ch]|cpp)$/,
  /^dist\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.bundle\.js$/,
  /^dist\/min\/NOTICES\.txt$/,
];
const REQUIRED: readonly string[] = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'];

/** Every disagreement between a tarball and the picture, as a sentence. */
export function wrongFiles(pack: Pack): readonly string[] {
  const paths = new Set(pack.files.map(({ path }) => path));
  const stranger = [...paths].filter((path) => !ALLOWED.some((pattern) => pattern.test(path)));
  const test = [...paths].filter((path) => /(?:^|[./])(?:test|spec)s?[./]/.test(path));
  const missing = REQUIRED.filter((path) => !paths.has(path));
  const orphan = [...paths].filter((path) => path.startsWith('dist/') && path.endsWith('.js') && !sourcesOf(path).some((source) => paths.has(source)));
  return [
    ...stranger.map((path) => `unexpected file ${path}`),
    ...test.map((path) => `test file ${path}`),
    ...missing.map((path) => `missing file ${path}`),
    ...orphan.map((path) => `${path} has no source`),
  ];
}

/** What may have become this file of `dist/`: itself, TypeScript, for `client.bundle.js` the folder `client` by its `main.ts`, and for `dist/min` the whole package. */
function sourcesOf(path: string): readonly string[] {
  if (path.startsWith('dist/min/')) return ['src/index.ts'];
  const source = path.replace(/^dist/, 'src');
  return [source, source.replace(/\.js$/, '.ts'), source.replace(/\.bundle\.js$/, '/main.ts')];
}
