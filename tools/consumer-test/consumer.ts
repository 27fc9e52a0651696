/**
 * One package as a stranger meets it: installed alone from its tarball in an empty folder (its siblings from theirs), imported by every
 * Node at hand, type-checked against under both ways of resolving modules with the libraries' own types checked too, and the example of
 * its README run.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../gate/run.ts';
import { LAYERS } from '../layers.ts';
import { wrongFiles } from './files.ts';
import { PACKS_FOLDER, type Pack } from './packs.ts';
import { wrongExample } from './readme-example.ts';

export interface Size {
  readonly name: string;
  readonly files: number;
  /** Bytes of the package itself, unpacked. */
  readonly unpacked: number;
  /** Bytes of its tarball. */
  readonly gzipped: number;
  /** Bytes of its JavaScript in `dist`, each file gzipped by itself. */
  readonly codeGzipped: number;
  /** Bytes of all that an install of it alone puts on disk. */
  readonly installed: number;
  /** Packages that the install brings, itself included. */
  readonly packages: number;
}

/** No package of this workspace may bring these to its users. */
const FORBIDDEN = /^(?:onnxruntime|@tensorflow\/|@tensorflow$|node-gyp|node-addon-api|prebuild-install)/;

/** Environment of a person's shell: what npm tells the scripts of this workspace is not for the folder of the consumer. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.keys(process.env).filter((key) => /^npm_(?:package|lifecycle|command|config_(?:local_prefix|workspaces?|json|loglevel|include_workspace_root))/.test(key)).map((key) => [key, undefined]),
);

export async function consume(pack: Pack, all: readonly Pack[]): Promise<{ readonly wrong: readonly string[]; readonly size: Size | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), 'fretwork-consumer-'));
  try {
    return await consumeIn(folder, pack, all);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function consumeIn(folder: string, pack: Pack, all: readonly Pack[]): Promise<{ readonly wrong: readonly string[]; readonly size: Size | undefined }> {
  const tarball = ({ filename }: Pack): string => `file:${resolve(PACKS_FOLDER, filename)}`;
  const overrides = Object.fromEntries(all.filter(({ name }) => name !== pack.name).map((sibling) => [sibling.name, tarball(sibling)]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: { [pack.name]: tarball(pack) }, overrides }));
  const npm = await run(['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false'], { cwd: folder, env: environment });
  if (npm.exitCode !== 0) return { wrong: [`npm install failed: ${npm.output.trim()}`], size: undefined };

  const wrong = [...wrongFiles(pack), ...unwantedPackages(folder, pack), ...await failedImports(folder, pack), ...await typeErrors(folder, pack), ...await wrongExample(folder, pack)];
  if (pack.name === 'fretwork') {
    const help = await run([join(folder, 'node_modules/.bin/fretwork'), '--help'], { cwd: folder });
    if (help.exitCode !== 0 || !help.output.includes('prune')) wrong.push(`fretwork --help failed: ${help.output.trim()}`);
  }
  return { wrong, size: sizeOf(folder, pack) };
}

interface LockEntry {
  readonly hasInstallScript?: boolean;
}

function lockedPackages(folder: string): readonly (readonly [string, LockEntry])[] {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, LockEntry>> };
  return Object.entries(lock.packages).filter(([path]) => path !== '').map(([path, entry]) => [path.replace(/^.*node_modules\//, ''), entry] as const);
}

/** A package and all that it may import, itself or by way of others. */
function reachable(name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const next of LAYERS.find((layer) => layer.name === name)?.imports ?? []) reachable(next, found);
  return found;
}

function unwantedPackages(folder: string, pack: Pack): readonly string[] {
  const locked = lockedPackages(folder);
  const ours = new Set(LAYERS.map(({ name }) => name));
  const allowed = reachable(pack.name);
  const addons = readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter((path) => /(?:\.node|binding\.gyp)$/.test(path));
  return [
    ...locked.filter(([, entry]) => entry.hasInstallScript === true).map(([name]) => `${name} runs an install script`),
    ...locked.filter(([name]) => FORBIDDEN.test(name)).map(([name]) => `${name} must not be pulled in`),
    ...locked.filter(([name]) => ours.has(name) && !allowed.has(name)).map(([name]) => `${name} is pulled in, against tools/layers.ts`),
    ...addons.map((path) => `native addon ${path}`),
  ];
}

async function failedImports(folder: string, pack: Pack): Promise<readonly string[]> {
  const script = `const names = Object.keys(await import(${JSON.stringify(pack.name)})); if (names.length === 0) throw new Error('exports nothing');`;
  const deep = `try { await import(${JSON.stringify(`${pack.name}/dist/index.js`)}); } catch (e) { if (e.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') process.exit(0); throw e; } throw new Error('a deep import works');`;
  const wrong: string[] = [];
  for (const node of nodes()) {
    for (const code of [script, deep]) {
      const { exitCode, output } = await run([node, '--input-type=module', '--eval', code], { cwd: folder, env: environment });
      if (exitCode !== 0) wrong.push(`import with ${node} failed: ${/^\w*Error.*$/m.exec(output)?.[0] ?? output.trim()}`);
    }
  }
  return wrong;
}

/** The Node of this script and, where they differ, those on the path outside `node_modules`: the runtime floor is older than our tools. */
function nodes(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.includes(`node_modules${sep}.bin`) && !path.includes('node-gyp-bin'));
  const found = folders.map((path) => join(path, 'node')).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  return [process.execPath, ...found.slice(0, 1)];
}

const RESOLUTIONS = [{ module: 'nodenext', moduleResolution: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }] as const;

async function typeErrors(folder: string, pack: Pack): Promise<readonly string[]> {
  const wrong: string[] = [];
  const source = `import * as api from '${pack.name}';\nexport const names: readonly (keyof typeof api)[] = Object.keys(api) as (keyof typeof api)[];\n`;
  for (const resolution of RESOLUTIONS) {
    const project = join(folder, resolution.moduleResolution);
    mkdirSync(project);
    const compilerOptions = { ...resolution, target: 'es2022', lib: ['es2022', 'dom'], types: [], strict: true, skipLibCheck: false, noEmit: true };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    writeFileSync(join(project, 'consumer.ts'), source);
    const { exitCode, output } = await run([resolve('node_modules/.bin/tsc'), '-p', project, '--pretty', 'false'], { cwd: folder });
    if (exitCode !== 0) wrong.push(`types under ${resolution.moduleResolution}: ${output.trim()}`);
  }
  return wrong;
}

function sizeOf(folder: string, pack: Pack): Size {
  const bytesUnder = (path: string): number => readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const own = join(folder, 'node_modules', pack.name);
  const code = pack.files.filter(({ path }) => path.startsWith('dist/') && path.endsWith('.js'));
  return {
    name: pack.name,
    files: pack.files.length,
    unpacked: pack.unpackedSize,
    gzipped: pack.size,
    codeGzipped: code.reduce((sum, { path }) => sum + gzipSync(readFileSync(join(own, path))).length, 0),
    installed: bytesUnder(join(folder, 'node_modules')),
    packages: lockedPackages(folder).length,
  };
}
