import { decodeMatrix, encodeBcr, encodeCsr } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { drawMatrix, draws, integers } from '../../test/draw-matrix.js';
import { javascriptMachine } from '../machine/javascript.js';
import type { Kernels } from '../machine/machine.js';
import { layWeights, weightBytes } from '../pack/lay-runs.js';
import { planRuns, type RunPlan } from '../pack/plan-runs.js';
import { heightOf } from '../pack/runs.js';
import { forVectors, layVectors, planVectors, vectorBytes } from '../pack/vector-program.js';
import { buildKernels } from './build.js';
import { KERNELS, rowCountsOf } from './manifest.js';
import { CLAMP_ADDRESS } from './stream.js';

const PAGES = 40;

function machineOf(level: 'simd' | 'relaxed' | 'javascript'): { readonly buffer: ArrayBufferLike; readonly vector: Kernels['vector'] } {
  if (level === 'javascript') {
    const machine = javascriptMachine(PAGES * 65536);
    return { buffer: machine.buffer(), vector: machine.kernels.vector };
  }
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const module = new WebAssembly.Module(buildKernels(level, { initial: 1, maximum: PAGES, shared: false }) as BufferSource);
  return { buffer: memory.buffer, vector: new WebAssembly.Instance(module, { env: { memory } }).exports['vector'] as Kernels['vector'] };
}

interface Product {
  readonly plan: RunPlan;
  readonly bias: Float32Array;
  /** `[vectors, columns]` */
  readonly x: Float32Array;
  readonly vectors: number;
  readonly parts: number;
  readonly clamp: readonly [number, number];
}

/** clamp(x·Mᵀ + bias), `[vectors, rows]`; throws where anything else is written. */
function multiply({ buffer, vector }: ReturnType<typeof machineOf>, { plan, bias, x, vectors, parts, clamp }: Product): Float32Array {
  const floats = new Float32Array(buffer).fill(NaN);
  floats.set(clamp, CLAMP_ADDRESS / 4);
  const input = 1024;
  const output = input + 4 * x.length + 16;
  const size = vectors * plan.rows;
  const biases = output + 4 * size + 4;
  floats.set(x, input / 4);
  floats.set(bias, biases / 4);
  const base = Math.ceil((biases + 4 * bias.length) / 16) * 16 + 16;
  const packed = layWeights(plan, buffer, base);
  const program = layVectors({ ...packed, rows: plan.rows, bias: biases, parts }, buffer, base + weightBytes(plan));
  expect(program.top - base - weightBytes(plan)).toBeLessThanOrEqual(vectorBytes(plan.runs));
  const kept = floats.slice();
  for (const part of program.parts) vector(part, input, output, vectors, 4 * plan.columns, 4 * plan.rows);
  const found = floats.slice(output / 4, output / 4 + size);
  floats.set(kept.subarray(output / 4, output / 4 + size), output / 4);
  const bytes = (array: Float32Array): Buffer => Buffer.from(array.buffer);
  if (!bytes(floats).equals(bytes(kept))) throw new Error('something besides the outputs was written');
  return found;
}

function expected(dense: Float32Array, { plan: { rows, columns }, bias, x, vectors, clamp }: Product): Float32Array {
  return Float32Array.from({ length: vectors * rows }, (_, i) => {
    const [v, r] = [Math.floor(i / rows), i % rows];
    let sum = bias[r]!;
    for (let c = 0; c < columns; c++) if (dense[r * columns + c] !== 0) sum += dense[r * columns + c]! * x[v * columns + c]!;
    return Math.min(Math.max(sum, clamp[0]), clamp[1]);
  });
}

const clampOf = (next: () => number): readonly [number, number] => (next() < 0.5 ? [-Infinity, Infinity] : [0, 0.6]);

describe.each(['simd', 'relaxed', 'javascript'] as const)('gemv, %s', (level) => {
  const machine = machineOf(level);
  it('agrees with plain loops on random matrices, masks, blocks, encodings, vectors and parts', () => {
    const kinds = new Set<number>();
    for (let seed = 0; seed < 500; seed++) {
      const next = draws(seed);
      const integer = integers(next);
      const [rows, columns, vectors] = [integer(1, 50), integer(1, 70), integer(1, 11)];
      // One or two under one another, as the gates of a recurrent layer stand.
      const matrices = Array.from({ length: integer(1, 2) }, () => drawMatrix(next, rows, columns, [32, 20]));
      const panel = integer(1, 32);
      const plan = next() < 0.5 ? planVectors(matrices) : forVectors(matrices.map((matrix) => planRuns(matrix, { panel, rowCounts: next() < 0.2 ? [1] : rowCountsOf('gemv') })));
      for (let i = 0; i < plan.runs.count; i++) kinds.add(heightOf(plan.runs, i));
      const product: Product = {
        plan, vectors, parts: integer(1, 4), clamp: clampOf(next),
        x: Float32Array.from({ length: columns * vectors }, () => next() - 0.5), bias: Float32Array.from({ length: plan.rows }, () => next() - 0.5),
      };
      const [found, wanted] = [multiply(machine, product), expected(Float32Array.from(matrices.flatMap((matrix) => Array.from(decodeMatrix(matrix) as Float32Array))), product)];
      wanted.forEach((value, i) => {
        if (!(Math.abs(found[i]! - value) < 1e-5)) expect.fail(`seed ${seed}: ${matrices.map(({ encoding }) => encoding).join()} ${rows}x${columns}, ${i} of ${vectors} vectors is ${found[i]}, expected ${value}`);
      });
    }
    expect([...kinds].sort((a, b) => b - a)).toEqual(rowCountsOf('gemv'));
  });

  it('reads only the activations of kept columns: infinities elsewhere change nothing', () => {
    for (let rows = 1; rows <= 16; rows++) {
      const [columns, vectors] = [7, 5];
      const values = Float32Array.from({ length: rows * columns }, (_, i) => (i % columns === 3 ? 0 : i + 1));
      const plan = planVectors([encodeBcr(values, rows, columns)]);
      const x = Float32Array.from({ length: columns * vectors }, (_, i) => (i % columns === 3 ? Infinity : 1));
      const found = multiply(machine, { plan, x, vectors, bias: new Float32Array(rows), parts: 1, clamp: [-Infinity, Infinity] });
      expect(found.every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  it('takes matrices of more columns than 16 bits count', () => {
    const columns = 140_000;
    const at = [0, 3, 65535, 65536, 65540, 131071, 131072, 139_999];
    const values = new Float32Array(2 * columns);
    at.forEach((c, i) => {
      values[c] = i + 1;
      values[columns + c] = -i;
    });
    const x = Float32Array.from({ length: columns }, (_, c) => (at.includes(c) ? at.indexOf(c) + 1 : NaN));
    const found = multiply(machine, { plan: planVectors([encodeCsr(values, 2, columns)]), x, vectors: 1, bias: Float32Array.of(0.5, 0), parts: 1, clamp: [-Infinity, Infinity] });
    expect(Array.from(found)).toEqual([204.5, -168]);
  });
});

it('the manifest has a gemv kernel for 1 to 16 rows, alone and for as many vectors as registers allow', () => {
  const own = KERNELS.filter((row) => row.family === 'gemv');
  expect(own.filter((row) => row.width === 1)).toHaveLength(16);
  for (const { rows, width } of own) expect(width === 1 || width * Math.ceil(rows / 4) <= 10).toBe(true);
});
