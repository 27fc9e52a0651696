import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LayersRequest } from './bench-layers.js';
import { bundle } from './browser/bundle.js';
import { withPage } from './browser/chromium.js';
import type { Mount, Served } from './browser/contract.js';
import { serve } from './browser/serve.js';
import type { PageReport } from './contract.js';
import { machineText } from './node-place.js';
import type { PageJob } from './page/main.js';
import { installed } from './peers/node-host.js';

export interface BrowserOptions {
  /** In isolated pages; others have one. */
  readonly threads: number;
  /** One page each: with the COOP and COEP headers (true) and without. Default both. */
  readonly isolated?: readonly boolean[];
  /** Path of Chromium. Default: as `findChromium` finds it. */
  readonly executable?: string;
}

/** An hour: the page's own report is worth the wait, `signal` ends it early. */
const TIMEOUT_MS = 3_600_000;

/** Modules of peers as files of their packages: the page's import map. */
const MODULES: Readonly<Record<string, { readonly package: string; readonly file: string }>> = {
  'onnxruntime-web': { package: 'onnxruntime-web', file: 'dist/ort.wasm.bundle.min.mjs' },
  '@litertjs/core': { package: '@litertjs/core', file: 'dist/index.js' },
  '@litertjs/wasm-utils': { package: '@litertjs/wasm-utils', file: 'dist/index.js' },
  flatbuffers: { package: 'flatbuffers', file: 'mjs/flatbuffers.js' },
};

const PACKAGES: readonly string[] = ['onnxruntime-web', '@litertjs/core', '@litertjs/wasm-utils', 'flatbuffers', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'];

/** `benchLayers` in headless Chromium, in pages served on loopback, one report for each kind of page. */
export async function benchLayersInBrowser(request: LayersRequest, { threads, isolated = [true, false], executable }: BrowserOptions): Promise<readonly PageReport[]> {
  const { signal, onProgress, ...plain } = request;
  const peers = installedPeers();
  const mounts = await pageMounts(peers);
  const reports: PageReport[] = [];
  for (const isolation of isolated) {
    const served = await serve({ mounts, isolated: isolation });
    try {
      const job: PageJob = {
        // Clocks of pages that are not isolated tick every 0.1 ms.
        request: { ...plain, timing: { ...(isolation ? {} : { sampleMs: 10 }), ...withoutSignal(plain.timing) } },
        threads: isolation ? threads : 1, engine: isolation ? 'isolated page' : 'page that is not isolated', machine: machineText(),
        versions: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
      };
      const onLog = (text: string): void => { if (text.startsWith(PROGRESS)) onProgress?.(`${isolation ? 'isolated, ' : ''}${text.slice(PROGRESS.length)}`); };
      const report = await withPage({ url: `${served.url}/`, timeoutMs: TIMEOUT_MS, onLog, ...(executable === undefined ? {} : { executable }), ...(signal === undefined ? {} : { signal }) }, async (page) => {
        const { caption, rows } = await page.evaluate<PageReport>(`fretworkBench.layers(${JSON.stringify(job)})`);
        return { isolated: isolation, caption: { ...caption, engine: `Chromium ${page.version}, ${caption.engine}` }, rows };
      });
      reports.push({ ...report, servedBytes: servedBytes(served) });
    } finally {
      await served.close();
    }
  }
  return reports;
}

const PROGRESS = 'progress: ';

const withoutSignal = ({ signal: _signal, clock: _clock, ...timing }: LayersRequest['timing']): LayersRequest['timing'] => timing;

interface InstalledPeer {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

function installedPeers(): readonly InstalledPeer[] {
  return PACKAGES.flatMap((name) => {
    try {
      return [{ name, ...installed(name) }];
    } catch {
      return [];
    }
  });
}

async function pageMounts(peers: readonly InstalledPeer[]): Promise<Readonly<Record<string, Mount>>> {
  const here = fileURLToPath(import.meta.url);
  const [sources, end] = here.endsWith('.ts') ? ['src', 'ts'] : ['dist', 'js'];
  const external = Object.keys(MODULES);
  const page = await bundle(new URL(`./page/main.${end}`, import.meta.url), { external });
  // Bundled, the runtime looks for its worker beside the page's script.
  const worker = await bundle(join(installed('@fretwork/runtime-wasm').folder, sources, `machine/threads/thread.worker.${end}`));
  const imports = Object.fromEntries(Object.entries(MODULES).map(([name, { package: owner, file }]) => [name, `/peers/${owner}/${file}`]));
  const html = `<!doctype html><meta charset="utf-8"><title>fretwork bench</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">addEventListener('progress', ({ detail }) => console.log(${JSON.stringify(PROGRESS)} + detail));</script>
<script type="module" src="/page.js"></script>
<body></body>`;
  return {
    '/': { body: html, type: 'text/html; charset=utf-8' }, '/page.js': { body: page }, '/thread.worker.js': { body: worker },
    ...Object.fromEntries(peers.map(({ name, folder }) => [`/peers/${name}`, folder])),
  };
}

/** Bytes by package; the page with ours and the bench itself as `page`. */
function servedBytes({ answers }: Served): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { path, bytes } of answers) {
    const owner = PACKAGES.find((name) => path.startsWith(`/peers/${name}/`)) ?? 'page';
    sums[owner] = (sums[owner] ?? 0) + bytes;
  }
  return sums;
}
