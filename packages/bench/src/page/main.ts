/** What runs in the page of `benchInBrowser`: the same layers, timing and peers as in Node. Answers are plain, to be sent as JSON. */
import { benchLayers, startPeers, type LayersRequest } from '../bench-layers.js';
import type { LayersReport } from '../contract.js';
import { PEERS } from '../peers/table.js';
import { pageHost, type PageHostOptions } from './page-host.js';

export interface PageJob extends PageHostOptions {
  readonly request: Omit<LayersRequest, 'signal' | 'onProgress'>;
  readonly engine: string;
  readonly machine: string;
}

async function layers({ request, engine, machine, ...options }: PageJob): Promise<LayersReport> {
  const host = pageHost(options);
  const peers = await startPeers(PEERS.filter((row) => row.where.includes('page')), host);
  const onProgress = (says: string): void => void globalThis.dispatchEvent(new CustomEvent('progress', { detail: says }));
  return benchLayers({ ...request, onProgress }, peers, { host, engine, machine });
}

Object.assign(globalThis, { fretworkBench: { layers } });
