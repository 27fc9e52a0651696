import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Paged } from '../contract.js';
import { installed } from '../peers/node-host.js';
import { bundle } from './bundle.js';
import { withPage } from './chromium.js';
import type { Mount, OpenPage, Served } from './contract.js';
import { serve } from './serve.js';

/** Modules of peers as files of their packages: the page's import map. */
const MODULES: Readonly<Record<string, { readonly package: string; readonly file: string }>> = {
  'onnxruntime-web': { package: 'onnxruntime-web', file: 'dist/ort.wasm.bundle.min.mjs' },
  '@litertjs/core': { package: '@litertjs/core', file: 'dist/index.js' },
  '@litertjs/wasm-utils': { package: '@litertjs/wasm-utils', file: 'dist/index.js' },
  flatbuffers: { package: 'flatbuffers', file: 'mjs/flatbuffers.js' },
};

const PACKAGES: readonly string[] = ['onnxruntime-web', '@litertjs/core', '@litertjs/wasm-utils', 'flatbuffers', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'];

/** An hour: a page's report is worth the wait, `signal` ends it early. */
const TIMEOUT_MS = 3_600_000;

const PROGRESS = 'progress: ';

/** The bench as a page, with the packages of the peers below `/peers/`. */
export interface PeerPages {
  /** Version by installed package. */
  readonly versions: Readonly<Record<string, string>>;
  /** Opens one page, with these files beside, and closes it. */
  open<T>(options: PeerPageOptions, use: (page: OpenPage) => Promise<T>): Promise<{ readonly answer: T } & Pick<Paged, 'servedBytes'>>;
}

export interface PeerPageOptions {
  readonly isolated: boolean;
  readonly files?: Readonly<Record<string, Mount>>;
  readonly executable?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (says: string) => void;
}

export async function peerPages(): Promise<PeerPages> {
  const peers = PACKAGES.flatMap((name) => {
    try {
      return [{ name, ...installed(name) }];
    } catch {
      return [];
    }
  });
  const mounts = { ...await ownMounts(), ...Object.fromEntries(peers.map(({ name, folder }) => [`/peers/${name}`, folder])) };
  return {
    versions: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
    open: async ({ isolated, files = {}, executable, signal, onProgress }, use) => {
      const served = await serve({ mounts: { ...mounts, ...files }, isolated });
      const onLog = (text: string): void => { if (text.startsWith(PROGRESS)) onProgress?.(text.slice(PROGRESS.length)); };
      try {
        const answer = await withPage({ url: `${served.url}/`, timeoutMs: TIMEOUT_MS, onLog, ...(executable === undefined ? {} : { executable }), ...(signal === undefined ? {} : { signal }) }, use);
        return { answer, servedBytes: servedBytes(served) };
      } finally {
        await served.close();
      }
    },
  };
}

async function ownMounts(): Promise<Readonly<Record<string, Mount>>> {
  const [sources, end] = fileURLToPath(import.meta.url).endsWith('.ts') ? ['src', 'ts'] : ['dist', 'js'];
  const page = await bundle(new URL(`../page/main.${end}`, import.meta.url), { external: Object.keys(MODULES) });
  // Bundled, the runtime looks for its worker beside the page's script.
  const worker = await bundle(join(installed('@fretwork/runtime-wasm').folder, sources, `machine/threads/thread.worker.${end}`));
  const imports = Object.fromEntries(Object.entries(MODULES).map(([name, { package: owner, file }]) => [name, `/peers/${owner}/${file}`]));
  const html = `<!doctype html><meta charset="utf-8"><title>fretwork bench</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">addEventListener('progress', ({ detail }) => console.log(${JSON.stringify(PROGRESS)} + detail));</script>
<script type="module" src="/page.js"></script>
<body></body>`;
  return { '/': { body: html, type: 'text/html; charset=utf-8' }, '/page.js': { body: page }, '/thread.worker.js': { body: worker } };
}

function servedBytes({ answers }: Served): Paged['servedBytes'] {
  const sums: Record<string, number> = {};
  for (const { path, bytes } of answers) {
    const owner = PACKAGES.find((name) => path.startsWith(`/peers/${name}/`)) ?? (path.startsWith('/model/') ? path.slice(1) : 'page');
    sums[owner] = (sums[owner] ?? 0) + bytes;
  }
  return sums;
}
