/** The matrix products of recurrent layers: all gates of one direction as one program. */
import type { SparseMatrix } from '@fretwork/format';
import type { RunPlan } from '../../pack/plan-runs.js';
import { planVectors } from '../../pack/vector-program.js';
import { addProduct } from '../plain-product.js';
import { productsOf, type Product } from '../product.js';
import type { Given, Binding, PackSubject, PackRequest } from '../row.js';
import { directionsOf } from './named-curves.js';

/** What is known of a layer's weights from the attributes alone. */
export interface CellShape {
  readonly gates: number;
  /** Gates whose recurrent half waits for the others: GRU's last, unless linear_before_reset. */
  readonly late: number;
  /** The recurrent bias of the last gate stays with the recurrent half: GRU with linear_before_reset. */
  readonly ownBias: boolean;
}

/** Each reads vectors and writes all their gates, biases included. */
export interface Projections {
  readonly input: Product;
  readonly early: Product;
  /** Left out where no gate waits. */
  readonly late?: Product | undefined;
}

/** Biases of the input half and of the recurrent half, `[gates · hidden]` each. */
function biasesOf(bias: ArrayLike<number> | undefined, d: number, { gates, ownBias }: CellShape, hidden: number): readonly [Float32Array, Float32Array] {
  const input = new Float32Array(gates * hidden);
  const recurrent = new Float32Array(gates * hidden);
  if (bias === undefined) return [input, recurrent];
  const first = d * 2 * gates * hidden;
  for (let i = 0; i < gates * hidden; i++) {
    const own = ownBias && i >= (gates - 1) * hidden;
    input[i] = bias[first + i]! + (own ? 0 : bias[first + gates * hidden + i]!);
    recurrent[i] = own ? bias[first + gates * hidden + i]! : 0;
  }
  return [input, recurrent];
}

/** Per direction: the input half, the early recurrent half, and the late one where there is one. */
export function packRecurrent(subject: PackSubject, shape: CellShape): readonly PackRequest[] {
  const w = subject.matrices(1);
  const r = subject.matrices(2);
  const [first] = r;
  if (w.length === 0 || first === undefined || (subject.has(3) && subject.floats(3) === undefined)) return [];
  const hidden = first.rows;
  const early = shape.gates - shape.late;
  return Array.from({ length: directionsOf(subject.layer) }, (_, d) => d).flatMap((d): PackRequest[] => {
    const own = (all: readonly SparseMatrix[], from: number, to: number): RunPlan => planVectors(all.slice(d * shape.gates + from, d * shape.gates + to));
    const [input, recurrent] = biasesOf(subject.floats(3), d, shape, hidden);
    return [
      { plan: own(w, 0, shape.gates), bias: input },
      { plan: own(r, 0, early), bias: recurrent.subarray(0, early * hidden) },
      ...(shape.late === 0 ? [] : [{ plan: own(r, early, shape.gates), bias: recurrent.subarray(early * hidden) }]),
    ];
  });
}

/** The products of each direction, on the kernels where the weights are packed. */
export function projectionsOf(b: Binding, shape: CellShape, hidden: number): readonly Projections[] {
  const directions = directionsOf(b.node.layer);
  const per = shape.late === 0 ? 2 : 3;
  if (b.packed.length > 0) {
    const products = productsOf(b, b.packed);
    return Array.from({ length: directions }, (_, d) => ({
      input: products[d * per]!, early: products[d * per + 1]!, late: shape.late === 0 ? undefined : products[d * per + 2]!,
    }));
  }
  return Array.from({ length: directions }, (_, d) => plainProjections(b, shape, hidden, d));
}

/** Weights that are computed, or not float32 constants: plain loops. They are read anew in every run. */
function plainProjections(b: Binding, { gates, late, ownBias }: CellShape, hidden: number, d: number): Projections {
  const [W, R, B] = [1, 2, 3].map((i) => (b.node.inputs[i] === undefined ? undefined : b.view(b.node.inputs[i]) as Float32Array));
  const { floats } = b;
  const rows = gates * hidden;
  const early = rows - late * hidden;
  /** Rows `begin` to `end` of M; `half` 0 is the input's, which takes the recurrent biases too, but for those that stay. */
  const times = (M: Float32Array, half: 0 | 1, begin: number, end: number): Product => (from, to, vectors, fromPitch, toPitch) => {
    const columns = half === 0 ? b.node.inputs[1]!.shape[2]! : hidden;
    for (let v = 0; v < vectors; v++) {
      for (let row = begin; row < end; row++) {
        const at = 2 * d * rows + row;
        const own = ownBias && row >= rows - hidden;
        floats[(to + v * toPitch) / 4 + row - begin] = B === undefined ? 0 : (half === 0 ? B[at]! : 0) + (own === (half === 1) ? B[at + rows]! : 0);
      }
    }
    addProduct(
      floats, from / 4, fromPitch / 4, 1, M, (d * rows + begin) * columns, 1, columns, floats, to / 4, toPitch / 4, vectors, columns, end - begin,
    );
  };
  return { input: times(W!, 0, 0, rows), early: times(R!, 1, 0, early), late: late === 0 ? undefined : times(R!, 1, early, rows) };
}

export const hiddenOf = ({ inputs }: Given): number => inputs[2]!.shape[2]!;
