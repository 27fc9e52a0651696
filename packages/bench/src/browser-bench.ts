import type { LayersRequest } from './bench-layers.js';
import { benchModels, type ModelsRequest, type TimedContenders } from './bench-models.js';
import { peerPages, type PeerPageOptions } from './browser/peer-pages.js';
import type { LayersPage, LayersReport, ModelsPage } from './contract.js';
import { prepareModel, type NamedModel, type PreparedModel } from './models/prepare.js';
import { machineText } from './node-place.js';
import type { LayersJob, ModelJob } from './page/main.js';

export interface BrowserOptions {
  /** In isolated pages; others have one. */
  readonly threads: number;
  /** One page each: with the COOP and COEP headers (true) and without. Default both. */
  readonly isolated?: readonly boolean[];
  /** Path of Chromium. Default: as `findChromium` finds it. */
  readonly executable?: string;
}

const kindOf = (isolated: boolean): string => (isolated ? 'isolated page' : 'page that is not isolated');

/** Clocks of pages that are not isolated tick every 0.1 ms. Functions do not cross into a page. */
const pageTiming = ({ signal: _signal, clock: _clock, ...timing }: LayersRequest['timing'], isolated: boolean): LayersRequest['timing'] => ({ ...(isolated ? {} : { sampleMs: 10 }), ...timing });

function pageOptions({ executable }: BrowserOptions, isolated: boolean, { signal, onProgress }: Pick<LayersRequest, 'signal' | 'onProgress'>): PeerPageOptions {
  return {
    isolated, ...(executable === undefined ? {} : { executable }), ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress: (says) => onProgress(isolated ? `isolated, ${says}` : says) }),
  };
}

/** `benchLayers` in headless Chromium, in pages served on loopback, one report for each kind of page. */
export async function benchLayersInBrowser(request: LayersRequest, options: BrowserOptions): Promise<readonly LayersPage[]> {
  const pages = await peerPages();
  const { signal: _signal, onProgress: _onProgress, ...plain } = request;
  const reports: LayersPage[] = [];
  for (const isolated of options.isolated ?? [true, false]) {
    const job: LayersJob = {
      host: { threads: isolated ? options.threads : 1, versions: pages.versions },
      request: { ...plain, timing: pageTiming(plain.timing, isolated) }, engine: kindOf(isolated), machine: machineText(),
    };
    const { answer, servedBytes } = await pages.open(pageOptions(options, isolated, request), async (page) => {
      const { caption, rows } = await page.evaluate<LayersReport>(`fretworkBench.layers(${JSON.stringify(job)})`);
      return { caption: { ...caption, engine: `Chromium ${page.version}, ${caption.engine}` }, rows };
    });
    reports.push({ isolated, ...answer, servedBytes });
  }
  return reports;
}

/** `benchModels` in headless Chromium: a page for each network and kind of page. */
export async function benchModelsInBrowser(models: readonly NamedModel[], request: ModelsRequest, options: BrowserOptions): Promise<readonly ModelsPage[]> {
  const pages = await peerPages();
  const known = new Map<NamedModel, PreparedModel>();
  const prepare = (model: NamedModel): PreparedModel => {
    const prepared = known.get(model) ?? prepareModel(model, request);
    known.set(model, prepared);
    return prepared;
  };
  const reports: ModelsPage[] = [];
  for (const isolated of options.isolated ?? [true, false]) {
    const threads = isolated ? options.threads : 1;
    const sums: Record<string, number> = {};
    let version = '';
    const time = async (model: PreparedModel, timing: ModelsRequest['timing']): Promise<TimedContenders> => {
      const { name, inputs, sparse, dense, onnx, expected } = model;
      const job: ModelJob = { host: { threads, versions: pages.versions }, request: { tensors: request.tensors, seed: request.seed, timing: pageTiming(timing, true) }, name, inputs, answerShape: expected.shape };
      const answerBytes = new Uint8Array(expected.data.buffer, expected.data.byteOffset, expected.data.byteLength);
      const files = { '/model/sparse': { body: sparse }, '/model/dense': { body: dense }, '/model/onnx': { body: onnx }, '/model/expected': { body: answerBytes } };
      const { answer, servedBytes } = await pages.open({ ...pageOptions(options, isolated, request), files }, (page) => {
        version = page.version;
        return page.evaluate<TimedContenders>(`fretworkBench.model(${JSON.stringify(job)})`);
      });
      for (const [owner, bytes] of Object.entries(servedBytes)) sums[owner] = (sums[owner] ?? 0) + bytes;
      return answer;
    };
    const report = await benchModels(models, request, { engine: kindOf(isolated), machine: machineText(), threads, prepare, time, startCold: () => Promise.resolve(null) });
    reports.push({ isolated, ...report, caption: { ...report.caption, engine: `Chromium ${version}, ${report.caption.engine}` }, servedBytes: sums });
  }
  return reports;
}
