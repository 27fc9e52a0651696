import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FretworkError } from '@fretwork/format';
import type { NeonRequest, PeerRow, Product } from './contract.js';
import { countRegions, countsOf, NATIVE } from './count.js';
import { runTool } from './tools.js';

interface Peer {
  readonly name: string;
  /** Arguments for the cross compiler, besides source and output. */
  readonly link: (root: string) => readonly string[];
  readonly shared: boolean;
}

const libraries = (root: string): string => join(root, 'usr/lib/aarch64-linux-gnu');

/** Dense libraries as Debian builds them for arm64. */
const PEERS: readonly Peer[] = [
  {
    name: 'xnnpack', shared: true,
    link: (root) => [`-I${join(root, 'usr/include')}`, ...['libXNNPACK.so.0', 'libpthreadpool.so.0', 'libcpuinfo.so.0'].map((name) => join(libraries(root), name)), '-Wl,--allow-shlib-undefined'],
  },
  { name: 'openblas', shared: false, link: (root) => ['-static', `-I${join(root, 'usr/include/aarch64-linux-gnu/openblas-serial')}`, join(libraries(root), 'openblas-serial/libopenblas.a'), '-lpthread'] },
];

/** Every peer on every product. Throws `bench.peers` where `root` holds no such packages. */
export async function countPeers(root: string, products: readonly Product[], plugin: string, directory: string, { cycles, misses, onProgress }: Pick<NeonRequest, 'cycles' | 'misses' | 'onProgress'>): Promise<readonly PeerRow[]> {
  if (!existsSync(libraries(root))) throw new FretworkError('bench.peers', 'there are no arm64 libraries', { expected: libraries(root), hint: 'unpack Debian\'s arm64 packages there, see docs/neon.md' });
  const rows: PeerRow[] = [];
  for (const { name, link, shared } of PEERS) {
    onProgress?.(`counting ${name}`);
    await runTool('aarch64-linux-gnu-gcc', ['-O2', join(NATIVE, `${name}.c`), '-o', name, ...link(root), '-lm'], directory);
    const regions = await countRegions(plugin, directory, `./${name}`, {
      args: products.flatMap(({ m, k, n }) => [m, k, n].map(String)), misses, ...(shared ? { libraries: libraries(root) } : {}),
    });
    for (const [i, product] of products.entries()) rows.push({ product, peer: name, ...await countsOf(regions.get(i)!, cycles, directory) });
  }
  return rows;
}
