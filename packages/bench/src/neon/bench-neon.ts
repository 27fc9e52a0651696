import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FretworkError } from '@fretwork/format';
import { PRODUCTS, type NeonReport, type NeonRequest, type NeonRow, type PeerRow, type Product } from './contract.js';
import { buildCounter, countRegions, countsOf } from './count.js';
import { buildOwn, type Variant } from './own.js';
import { timeOwn } from './wall.js';
import { countPeers } from './peers.js';

/** The layers that are asked for. Throws `bench.option`. */
export function chosenProducts({ only }: Pick<NeonRequest, 'only'>): readonly Product[] {
  const products = PRODUCTS.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (products.length === 0) throw new FretworkError('bench.option', 'no layer has such a name', { expected: PRODUCTS.map(({ name }) => name).join(', '), actual: only.join(', ') });
  return products;
}

/** Instructions (and modelled cycles) of ours and of dense peers, per layer. Throws `bench.option`, `bench.tool`, `bench.peers`. */
export async function benchNeon(request: NeonRequest): Promise<NeonReport> {
  const products = chosenProducts(request);
  if (request.wall === true && (request.type ?? 'f32') !== 'f32') throw new FretworkError('bench.option', 'only code of f32 is timed on this machine', { actual: request.type!, hint: 'leave the wall clock out' });
  const say = request.onProgress ?? ((): void => {});
  const directory = await mkdtemp(join(tmpdir(), 'fretwork-bench-neon-'));
  try {
    const plugin = await buildCounter(directory);
    const peers = request.peers === undefined ? [] : await countPeers(resolve(request.peers), products, plugin, directory, request);
    const rows: NeonRow[] = [];
    for (const product of products) {
      say(`counting ${product.name}`);
      const variants = product.maps?.depthwise === true ? [DENSE] : variantsOf(request);
      const built = await buildOwn(product, variants, request, directory);
      const regions = await countRegions(plugin, directory, './own', { misses: request.misses });
      const times = request.wall === true ? await timeOwn(product, variants, request, directory) : undefined;
      for (const [i, { scheme, block, sparsity, kernel, bytes, kept }] of built.entries()) {
        const counts = await countsOf(regions.get(i)!, request.cycles, directory);
        rows.push({ product, scheme: block === undefined ? scheme : `${scheme} ${block.join('x')}`, sparsity, kept, kernel, bytes, ...counts, ...against(product, counts, peers), ...(times === undefined ? {} : { wall: { ms: times[i]!, faster: times[0]! / times[i]! } }) });
      }
    }
    return { caption: `instructions under qemu-aarch64, clang 14 -O2, one thread${typeText(request)}; masks even, seed ${request.seed}`, rows, peers };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** For captions. */
export const typeText = ({ type = 'f32' }: Pick<NeonRequest, 'type'>): string => (type === 'f32' ? '' : `, ours of type ${type}`);

const DENSE: Variant = { scheme: 'dense', block: undefined, sparsity: 0 };

/** Every scheme x block x sparsity that is asked for. */
export const sparseVariants = ({ schemes, blocks, sparsity }: Pick<NeonRequest, 'schemes' | 'blocks' | 'sparsity'>): readonly Variant[] =>
  schemes.flatMap((scheme) => blocks.flatMap((block) => sparsity.map((zeros): Variant => ({ scheme, block, sparsity: zeros }))));

const variantsOf = (request: NeonRequest): readonly Variant[] => [DENSE, ...sparseVariants(request)];

/** Against the peer that is best at the very thing that is compared. */
function against(product: Product, counts: Pick<NeonRow, 'instructions' | 'cycles'>, peers: readonly PeerRow[]): Pick<NeonRow, 'fewer' | 'faster'> {
  const own = peers.filter((row) => row.product === product);
  if (own.length === 0) return {};
  return {
    fewer: Math.min(...own.map(({ instructions }) => instructions)) / counts.instructions,
    faster: Object.fromEntries(Object.entries(counts.cycles).map(([core, cycles]) => [core, Math.min(...own.map((row) => row.cycles[core]!)) / cycles])),
  };
}
