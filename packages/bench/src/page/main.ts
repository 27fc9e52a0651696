/** What runs in the pages of `browser-bench.ts`: the same layers, timing and peers as in Node. Answers are plain, to be sent as JSON. */
import { dense } from '@fretwork/format';
import { benchLayers, startPeers, type LayersRequest, type Peering } from '../bench-layers.js';
import { timeModel, type ModelsRequest, type TimedContenders } from '../bench-models.js';
import type { LayersReport } from '../contract.js';
import type { InputInfo } from '../models/prepare.js';
import type { PeerHost } from '../peers/host.js';
import { PEERS } from '../peers/table.js';
import { pageHost, type PageHostOptions } from './page-host.js';

export interface LayersJob {
  readonly host: PageHostOptions;
  readonly request: Omit<LayersRequest, 'signal' | 'onProgress'>;
  readonly engine: string;
  readonly machine: string;
}

/** The files of the network stand below `/model/`. */
export interface ModelJob {
  readonly host: PageHostOptions;
  readonly request: Pick<ModelsRequest, 'tensors' | 'seed' | 'timing'>;
  readonly name: string;
  readonly inputs: readonly InputInfo[];
  readonly answerShape: readonly number[];
}

async function start(options: PageHostOptions): Promise<{ readonly host: PeerHost; readonly peers: readonly Peering[] }> {
  const host = pageHost(options);
  return { host, peers: await startPeers(PEERS.filter((row) => row.where.includes('page')), host) };
}

async function layers({ host: options, request, engine, machine }: LayersJob): Promise<LayersReport> {
  const { host, peers } = await start(options);
  const onProgress = (says: string): void => void globalThis.dispatchEvent(new CustomEvent('progress', { detail: says }));
  return benchLayers({ ...request, onProgress }, peers, { host, engine, machine });
}

async function model({ host: options, request, name, inputs, answerShape }: ModelJob): Promise<TimedContenders> {
  const { host, peers } = await start(options);
  const [sparse, whole, onnx, expected] = await Promise.all(['sparse', 'dense', 'onnx', 'expected'].map(bytesAt)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return timeModel({ name, inputs, sparse, dense: whole, onnx, expected: dense('f32', answerShape, new Float32Array(expected.buffer)) }, request, peers, host.threads);
}

async function bytesAt(name: string): Promise<Uint8Array> {
  const response = await fetch(`/model/${name}`);
  if (!response.ok) throw new Error(`/model/${name}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

Object.assign(globalThis, { fretworkBench: { layers, model } });
