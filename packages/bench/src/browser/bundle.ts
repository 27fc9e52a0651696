import { fileURLToPath } from 'node:url';
import { optionalPackage } from '../optional-package.js';

export interface BundleOptions {
  /** Module names to leave as they are, for an import map of the page to resolve. */
  readonly external?: readonly string[];
  /** Conditions of `exports` to take before the usual ones. Default: none, or `@fretwork/source` for an entry that is TypeScript. */
  readonly conditions?: readonly string[];
}

/** One ES module of `entry` (a file) and all that it imports, for a page. Needs `rolldown`; throws `bench.package`. */
export async function bundle(entry: URL | string, options: BundleOptions = {}): Promise<string> {
  const input = typeof entry === 'string' ? entry : fileURLToPath(entry);
  const { external = [], conditions = input.endsWith('.ts') ? ['@fretwork/source'] : [] } = options;
  const { rolldown } = await optionalPackage('rolldown', () => import('rolldown'));
  const build = await rolldown({
    input, external: [...external], platform: 'browser', logLevel: 'silent',
    resolve: { conditionNames: [...conditions, 'browser', 'module', 'default'], mainFields: ['browser', 'module', 'main'] },
  });
  try {
    const { output } = await build.generate({ format: 'esm', minify: false, codeSplitting: false });
    return output[0].code;
  } finally {
    await build.close();
  }
}
