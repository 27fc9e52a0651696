import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FretworkError } from '@fretwork/format';
import type { NeonRequest, PeerRow, Product } from './contract.js';
import { countRegions, countsOf, NATIVE } from './count.js';
import { runTool } from './tools.js';

interface Peer {
  readonly name: string;
  readonly compiler: string;
  /** In `native/`. */
  readonly source: string;
  /** Arguments for the cross compiler, besides source and output. */
  readonly link: (root: string) => readonly string[];
  readonly shared: boolean;
}

const libraries = (root: string): string => join(root, 'usr/lib/aarch64-linux-gnu');
const linked = (root: string, names: readonly string[]): readonly string[] => [...names.map((name) => join(libraries(root), name)), '-Wl,--allow-shlib-undefined'];

/** Dense libraries as Debian builds them for arm64. */
const PEERS: readonly Peer[] = [
  {
    name: 'xnnpack', compiler: 'aarch64-linux-gnu-gcc', source: 'xnnpack.c', shared: true,
    link: (root) => [`-I${join(root, 'usr/include')}`, ...linked(root, ['libXNNPACK.so.0', 'libpthreadpool.so.0', 'libcpuinfo.so.0'])],
  },
  {
    name: 'openblas', compiler: 'aarch64-linux-gnu-gcc', source: 'openblas.c', shared: false,
    link: (root) => ['-static', `-I${join(root, 'usr/include/aarch64-linux-gnu/openblas-serial')}`, join(libraries(root), 'openblas-serial/libopenblas.a'), '-lpthread'],
  },
  {
    name: 'arm compute', compiler: 'aarch64-linux-gnu-g++', source: 'arm-compute.cpp', shared: true,
    link: (root) => ['-std=c++11', '-w', `-I${join(root, 'usr/include/aarch64-linux-gnu')}`, ...linked(root, ['libarm_compute.so.20', 'libarm_compute_core.so.20'])],
  },
];

/** What the programs in `native/` are told of a layer. */
const argumentsOf = ({ m, k, n, maps }: Product): readonly string[] => [m, k, n, maps?.size ?? 0, maps?.kernel ?? 1, maps?.stride ?? 1, maps?.depthwise === true ? 1 : 0].map(String);

/** Every peer on every layer that it has. Throws `bench.peers` where `root` holds no such packages. */
export async function countPeers(root: string, products: readonly Product[], plugin: string, directory: string, { cycles, misses, onProgress }: Pick<NeonRequest, 'cycles' | 'misses' | 'onProgress'>): Promise<readonly PeerRow[]> {
  if (!existsSync(libraries(root))) throw new FretworkError('bench.peers', 'there are no arm64 libraries', { expected: libraries(root), hint: 'unpack Debian\'s arm64 packages there, see docs/neon.md' });
  const rows: PeerRow[] = [];
  for (const { name, compiler, source, link, shared } of PEERS) {
    onProgress?.(`counting ${name}`);
    await runTool(compiler, ['-O2', join(NATIVE, source), '-o', source.replace(/\.\w+$/, ''), ...link(root), '-lm'], directory);
    const regions = await countRegions(plugin, directory, `./${source.replace(/\.\w+$/, '')}`, {
      args: products.flatMap(argumentsOf), misses, ...(shared ? { libraries: libraries(root) } : {}),
    });
    for (const [i, product] of products.entries()) {
      const region = regions.get(i);
      if (region !== undefined) rows.push({ product, peer: name, ...await countsOf(region, cycles, directory) });
    }
  }
  return rows;
}
