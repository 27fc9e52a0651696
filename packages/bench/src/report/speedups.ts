import type { LayerDetail, PeerName, Speedups } from '../contract.js';
import type { BenchLayer } from '../layers/layer-set.js';
import { speedup } from '../timing/speedup.js';
import { geometricMean } from '../timing/statistics.js';

/** One entry per group of layers and sparsity, peers in the order they were measured. */
export function geometricMeans(layers: readonly BenchLayer[], details: readonly LayerDetail[]): readonly Speedups[] {
  const groups = [...new Set(layers.map(({ group }) => group))];
  return groups.flatMap((group) => {
    const names = new Set(layers.filter((layer) => layer.group === group).map(({ name }) => name));
    const own = details.filter(({ layer }) => names.has(layer));
    return [...new Set(own.map(({ sparsity }) => sparsity))].map((sparsity): Speedups => {
      const here = own.filter((detail) => detail.sparsity === sparsity);
      const peers = [...new Set(here.flatMap((detail) => Object.keys(detail.peers) as PeerName[]))].filter((peer) => sparsity > 0 || peer !== 'own-dense');
      return {
        group, sparsity,
        peers: peers.map((peer) => {
          const found = here.flatMap((detail) => (detail.peers[peer] === undefined ? [] : [speedup(detail.timing, detail.peers[peer])]));
          const factors = found.flatMap((one) => (one.ok ? [one.factor] : []));
          return {
            peer, layers: factors.length, unstated: found.length - factors.length,
            mean: factors.length === 0 ? NaN : geometricMean(factors), least: Math.min(...factors), most: Math.max(...factors),
          };
        }).filter(({ layers }) => layers > 0),
      };
    });
  });
}
