import { benchLayers, startPeers, type LayersRequest } from './bench-layers.js';
import type { LayersReport } from './contract.js';
import { nodePlace } from './node-place.js';
import { PEERS } from './peers/table.js';

/** What a bench in Node is asked for besides its layers or networks. */
export interface NodeOptions {
  readonly threads: number;
  /** Measure peers of machine code too. */
  readonly native: boolean;
}

/** `benchLayers` in this process. */
export async function benchLayersInNode(request: LayersRequest, { threads, native }: NodeOptions): Promise<LayersReport> {
  const place = nodePlace(threads);
  const peers = await startPeers(PEERS.filter((row) => native || !row.native), place.host);
  return benchLayers(request, peers, place);
}
