/** Activation vectors times packed matrices, on as many threads as there are. */
import { ARGUMENTS } from '../machine/threads/serve.js';
import { planVectorCost } from '../pack/run-cost.js';
import { layVectors, vectorBytes } from '../pack/vector-program.js';
import type { Binding, PackedMatrix } from './row.js';

/** `vectors` activation vectors from byte `from` on, results at byte `to`; pitches in bytes. Clamps as `setClamp` said. */
export type Product = (from: number, to: number, vectors: number, fromPitch: number, toPitch: number) => void;

/** Below this cost (about as many multiply-adds) the other threads would take longer to begin than the caller to finish. */
const FORK_COST = 20_000;

/** Of a matrix, per thread where there are several: a thread that is slower, or begins later, does fewer. */
const PARTS = 2;

type Shape = Pick<PackedMatrix, 'runs'>;

/** Bytes of the programs of `packed`. */
export const productBytes = (packed: readonly Shape[]): number => packed.reduce((sum, { runs }) => sum + vectorBytes(runs), 0);

/** What runs them, for reports. */
export const kernelsOf = (packed: readonly Shape[]): string => `gemv (${packed.reduce((sum, { runs }) => sum + runs.count, 0)} runs)`;

/** Lays the program of each matrix at `b.program`, one behind the other. */
export function productsOf(b: Binding, packed: readonly PackedMatrix[]): readonly Product[] {
  let base = b.program;
  return packed.map((matrix): Product => {
    const cost = planVectorCost(matrix);
    const { parts, top } = layVectors({ ...matrix, parts: b.threads === 1 ? 1 : b.threads * PARTS }, b.buffer, base);
    base = top;
    const alone: Product = (from, to, vectors, fromPitch, toPitch) => {
      for (let i = 0; i < parts.length; i++) b.kernels.vector(parts[i]!, from, to, vectors, fromPitch, toPitch);
    };
    if (parts.length < 2) return alone;
    const args = new Int32Array(parts.length * ARGUMENTS);
    parts.forEach((part, k) => { args[k * ARGUMENTS] = part; });
    return (from, to, vectors, fromPitch, toPitch) => {
      if (cost * vectors < FORK_COST) return alone(from, to, vectors, fromPitch, toPitch);
      for (let at = 0; at < args.length; at += ARGUMENTS) {
        args[at + 1] = from;
        args[at + 2] = to;
        args[at + 3] = vectors;
        args[at + 4] = fromPitch;
        args[at + 5] = toPitch;
      }
      b.fork('vector', args);
    };
  });
}
