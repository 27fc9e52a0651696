/**
 * Serves `docs/examples/browser` on loopback under the policy that it is written for, with what `make.mjs` makes.
 *
 *     node tools/examples/serve.mjs [--no-wasm]
 */
import { pathToFileURL } from 'node:url';
import { bundle, serve } from '@fretwork/bench';
import { makeExample } from './make.mjs';

const PAGE = new URL('../../docs/examples/browser/', import.meta.url);

const policy = (script) => [
  "default-src 'none'", `script-src ${script}`, "connect-src 'self'", "worker-src 'self'", "img-src 'self' data:", "style-src 'self'",
].join('; ');

/** Each policy, and the level at which the network runs under it. */
export const POLICIES = {
  strict: policy("'self' 'wasm-unsafe-eval'"),
  noWasm: policy("'self'"),
};

/** @returns {Promise<import('@fretwork/bench').Served>} */
export async function serveExample({ model, image }, csp) {
  const worker = await bundle(new URL('worker.js', PAGE));
  return serve({
    csp,
    mounts: { '/': PAGE, '/worker.js': { body: worker }, '/model.bcr': { body: model }, '/image.png': { body: image } },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const served = await serveExample(makeExample(), process.argv.includes('--no-wasm') ? POLICIES.noWasm : POLICIES.strict);
  console.log(`${served.url}\nEnd with Ctrl-C.`);
}
