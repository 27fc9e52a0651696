import { build } from 'vite';

const root: string = new URL('..', import.meta.url).pathname;

/** The code of one entry as an application bundles it, for a host. */
export async function bundle(entry: string, host: 'browser' | 'node'): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@fretwork/source', host, 'module', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ['es'], fileName: 'bundle' },
      rollupOptions: { external: [/^node:/] },
    },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (output === undefined || !('output' in output)) throw new Error('vite gave no bundle');
  return output.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n');
}
