import type { Scheme } from '@fretwork/format';
import type { Damage } from '../contract.js';
import { atRate, rateOf } from '../rules/words.js';

/** What is read of a sensitivity scan (`scanSensitivity` of `@fretwork/pruner`): the drop of each layer alone at several rates. */
export interface Scan {
  readonly scheme: Scheme;
  readonly layers: readonly {
    readonly layer: string;
    readonly points: readonly { readonly asked: number; readonly drop?: number }[];
  }[];
}

/**
 * Damage as measured: the drop of a scan at the rate, between its points along the logarithm of the rate, and beyond the last one
 * along the last slope. Drops never fall with the rate (noise is evened out). A scan knows one scheme: for others, and for layers
 * that it does not have, `otherwise` tells how they compare. It also breaks ties among layers that lose nothing.
 */
export function scanDamage(scan: Scan, otherwise: Damage): Damage {
  const curves = new Map(scan.layers.flatMap(({ layer, points }) => {
    let worst = 0;
    const rising = points.flatMap(({ asked, drop }) => {
      if (drop === undefined || !(asked > 1)) return [];
      worst = Math.max(worst, drop);
      return [{ at: Math.log(asked), drop: worst }];
    });
    return rising.length === 0 ? [] : [[layer, [{ at: 0, drop: 0 }, ...rising]] as const];
  }));
  return (layer, scheme) => {
    const other = otherwise(layer, scheme);
    const curve = curves.get(layer.layer.name);
    if (scheme.kind === 'dense') return 0;
    if (curve === undefined) return other;
    const scanned = otherwise(layer, atRate(scan.scheme, rateOf(scheme)));
    const finer = scanned > 0 ? other / scanned : 1;
    return along(curve, Math.log(rateOf(scheme))) * finer + TIE * other;
  };
}

/** Far below a drop that anyone could measure. */
const TIE = 1e-4;

function along(curve: readonly { readonly at: number; readonly drop: number }[], at: number): number {
  const next = curve.findIndex((point, i) => i > 0 && (point.at >= at || i === curve.length - 1));
  const [a, b] = [curve[next - 1]!, curve[next]!];
  return a.drop + ((b.drop - a.drop) * (at - a.at)) / (b.at - a.at);
}
