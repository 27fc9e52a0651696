import { arch, cpus, platform } from 'node:os';
import type { Place } from './bench-layers.js';
import { measureCeiling } from './layers/ceiling.js';
import { measureRoundTrip } from './layers/round-trip.js';
import { nodeHost } from './peers/node-host.js';

/** This Node on this machine. */
export const nodePlace = (threads: number): Place => ({ host: nodeHost(threads), ceiling: measureCeiling, roundTrip: () => measureRoundTrip(), engine: `Node ${process.versions.node} (V8 ${process.versions.v8})`, machine: machineText() });

export function machineText(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${platform()} ${arch()}`;
}
