import { partOf } from './part.js';
import { projectParameter } from './parameter.js';
import type { PhaseOf } from './phase.js';
import { penaltiesOf, weightsNow, type Work } from './state.js';

/** Z = projection of W, U = 0. Masks of an earlier stage stay. */
export async function startAdmm(work: Work, { part, rho }: PhaseOf<'admm-start'>): Promise<void> {
  const { parameters, state, trainer } = work;
  const weights = await weightsNow(work);
  state.admm.clear();
  for (const parameter of parameters) {
    const scheme = partOf(parameter.scheme, part);
    if (scheme === undefined) continue;
    const w = weights.get(parameter.tensor)!;
    state.admm.set(parameter.tensor, { z: kept(w, projectParameter(parameter, w, scheme)), u: new Float32Array(w.length), rho });
  }
  await trainer.setPenalties(penaltiesOf(state));
}

/**
 * Z = projection of W + U, U += W - Z; returns the primal residual ‖W - Z‖ / ‖W‖ over all parameters, with the new Z.
 * U is scaled by rho, so a new rho rescales it (Boyd et al. 2011, section 3.4.1).
 */
export async function updateAdmm(work: Work, { part, adapt }: PhaseOf<'admm-update'>): Promise<number> {
  const { parameters, state, trainer } = work;
  const weights = await weightsNow(work);
  let [away, size] = [0, 0];
  for (const parameter of parameters) {
    const old = state.admm.get(parameter.tensor);
    if (old === undefined) continue;
    const w = weights.get(parameter.tensor)!;
    const sum = w.map((value, i) => value + old.u[i]!);
    const z = kept(sum, projectParameter(parameter, sum, partOf(parameter.scheme, part)!));
    const gap = squaredDistance(w, z);
    away += gap;
    size += squaredDistance(w);
    const rho = adapt ? nextRho(old.rho, gap, squaredDistance(old.z, z)) : old.rho;
    state.admm.set(parameter.tensor, { z, u: sum.map((value, i) => (value - z[i]!) * (old.rho / rho)), rho });
  }
  await trainer.setPenalties(penaltiesOf(state));
  return size === 0 ? 0 : Math.sqrt(away / size);
}

/**
 * The multi-rho rule of the GRU code (papers.md 1.2): where W is close to Z compared with how far Z moved, pull less,
 * else more; above 0.02 it grows by 0.02 at a time, and above 0.5 it holds.
 */
export function nextRho(rho: number, gap: number, moved: number): number {
  if (rho > 0.5) return rho;
  if (rho > 0.02) return rho + 0.02;
  return gap < 0.1 * moved ? rho / 1.2 : rho * 1.2;
}

const kept = (values: Float32Array, mask: Uint8Array): Float32Array => values.map((value, i) => (mask[i] === 1 ? value : 0));

function squaredDistance(a: Float32Array, b?: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - (b === undefined ? 0 : b[i]!)) ** 2;
  return sum;
}
