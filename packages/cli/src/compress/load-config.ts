import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FretworkError } from '@fretwork/format';
import { createJiti } from 'jiti';
import { COMPRESS_API, type FretworkConfig } from './contract.js';
import { PIECES } from './pieces.js';

/** Looked for in the folder you are in, in this order. */
export const CONFIG_NAMES: readonly string[] = ['ts', 'mts', 'js', 'mjs'].map((end) => `fretwork.config.${end}`);

const KNOWN: ReadonlySet<string> = new Set<keyof FretworkConfig>(['data', 'target', 'mapper', 'pruner', 'ignore', 'smallest', 'seed', 'training', 'maxDrop', 'latencyMs', 'rate']);

/**
 * The configuration in `path`, or in the folder `from` where there is one; undefined where there is none. TypeScript is read by
 * jiti, since Node before 22.18 does not; `fretwork` means this very package, also where it is installed elsewhere. Throws
 * `config.missing`, `config.failed` (the file threw), `config.empty`, `config.unknown`, `config.api`.
 */
export async function loadConfig(path: string | undefined, from: string = process.cwd()): Promise<{ readonly path: string; readonly config: FretworkConfig } | undefined> {
  const file = path === undefined ? CONFIG_NAMES.map((name) => resolve(from, name)).find((name) => existsSync(name)) : resolve(from, path);
  if (file === undefined) return undefined;
  if (!existsSync(file)) throw new FretworkError('config.missing', `${file}: there is no such file`, { hint: `write one: export default defineConfig({ … }), or leave --config out` });
  const jiti = createJiti(pathToFileURL(file).href, { fsCache: false, moduleCache: false, virtualModules: { fretwork: PIECES } });
  let config: unknown;
  try {
    config = await jiti.import(pathToFileURL(file).href, { default: true });
  } catch (cause) {
    if (cause instanceof FretworkError) throw cause;
    throw new FretworkError('config.failed', `${file} could not be read: ${(cause as Error).message}`, { cause, hint: 'see what it imports, and that those packages are installed beside it' });
  }
  return { path: file, config: checkConfig(config, file) };
}

function checkConfig(found: unknown, file: string): FretworkConfig {
  if (typeof found !== 'object' || found === null || Array.isArray(found) || Object.keys(found).length === 0) {
    throw new FretworkError('config.empty', `${file} exports no configuration`, { expected: 'export default defineConfig({ … })', actual: typeof found });
  }
  for (const key of Object.keys(found)) {
    if (!KNOWN.has(key)) throw new FretworkError('config.unknown', `${file}: there is no ${JSON.stringify(key)}`, { expected: [...KNOWN].join(', ') });
  }
  const config = found as FretworkConfig;
  for (const key of ['target', 'mapper', 'pruner'] as const) {
    const value = config[key] as { readonly apiVersion?: unknown } | undefined;
    if (value !== undefined && value.apiVersion !== COMPRESS_API) {
      throw new FretworkError('config.api', `${file}: ${key} is no value that this fretwork can use`, { expected: `an object with apiVersion ${COMPRESS_API}`, actual: String(value?.apiVersion), hint: `make it with a factory, such as those of fretwork, and call it: ${key}: make()` });
    }
  }
  return config;
}
