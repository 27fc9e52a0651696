import { decodeMatrix, type SparseMatrix } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { drawMatrix, draws, integers } from '../../test/draw-matrix.js';
import { layRuns, layWeights, programBytes, weightBytes } from '../pack/lay-runs.js';
import { planRuns, type RunOptions } from '../pack/plan-runs.js';
import { allRows, type Runs } from '../pack/runs.js';
import { rowCountsOf, type Tiles } from './manifest.js';
import { buildKernels, type KernelLevel } from './build.js';
import { CLAMP_ADDRESS } from './stream.js';

function machine(level: KernelLevel, tiles: Tiles) {
  const memory = new WebAssembly.Memory({ initial: 40, maximum: 64 });
  const module = new WebAssembly.Module(buildKernels(level, { initial: 1, maximum: 64, shared: false }, tiles) as BufferSource);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, map: exports['map'] as (...words: number[]) => void };
}

const sameEnds = (runs: Runs, i: number): boolean => [runs.first[i]!, runs.last[i]!].every((bits) => bits === 0 || bits === allRows(runs, i));

/** C = clamp(M·B + bias) by the kernels, [rows, pixels]. */
function multiply({ memory, map }: ReturnType<typeof machine>, matrix: SparseMatrix, b: Float32Array, pixels: number, bias: Float32Array, tile: number, options: RunOptions & { axpyBelow: number }, [low, high]: readonly [number, number]): Float32Array {
  const floats = new Float32Array(memory.buffer);
  floats.fill(NaN);
  const vectors = Math.ceil(pixels / 4);
  const pitch = vectors * 4;
  const input = 1024;
  const output = input + matrix.columns * pitch * 4;
  const biases = output + matrix.rows * pitch * 4;
  floats[CLAMP_ADDRESS / 4] = low;
  floats[CLAMP_ADDRESS / 4 + 1] = high;
  for (let c = 0; c < matrix.columns; c++) {
    floats.fill(0, input / 4 + c * pitch, input / 4 + (c + 1) * pitch);
    floats.set(b.subarray(c * pixels, (c + 1) * pixels), input / 4 + c * pitch);
  }
  floats.set(bias, biases / 4);
  const plan = planRuns(matrix, options);
  const weights = biases + matrix.rows * 4;
  const base = Math.ceil((weights + weightBytes(plan)) / 16) * 16;
  const { runs } = plan;
  const program = layRuns(layWeights(plan, memory.buffer, weights), memory.buffer, {
    base, axpy: (i) => runs.columnCount[i]! > 0 && runs.columnCount[i]! < options.axpyBelow && sameEnds(runs, i),
    columnOffsets: Uint32Array.from({ length: matrix.columns }, (_, c) => c * pitch * 4), rowOffset: (r) => r * pitch * 4, biasAddress: (r) => biases + r * 4,
  });
  expect(program.top - base).toBe(programBytes(runs));
  map(program.bounds[0]!, program.bounds[1]!, input, output, vectors, tile);
  return Float32Array.from({ length: matrix.rows * pixels }, (_, i) => floats[output / 4 + Math.floor(i / pixels) * pitch + (i % pixels)]!);
}

describe.each([['simd', 'narrow'], ['relaxed', 'narrow'], ['relaxed', 'wide']] as const)('kernels, %s, %s tiles', (level, tiles) => {
  const kernels = machine(level, tiles);
  it('agree with plain loops on random matrices, masks, blocks, encodings, pixels and tiles', () => {
    let checked = 0;
    for (let seed = 0; seed < 400; seed++) {
      const next = draws(seed);
      const integer = integers(next);
      const [rows, columns, pixels] = [integer(1, 40), integer(1, 60), integer(1, 130)];
      const matrix = drawMatrix(next, rows, columns, [9, 20]);
      const dense = decodeMatrix(matrix) as Float32Array;
      const b = Float32Array.from({ length: columns * pixels }, () => next() - 0.5);
      const bias = Float32Array.from({ length: rows }, () => next() - 0.5);
      const clamp: readonly [number, number] = next() < 0.5 ? [-Infinity, Infinity] : [0, 0.6];
      const options = { rowCounts: next() < 0.3 ? [1] : rowCountsOf('stream'), axpyBelow: [0, 8, 1000][integer(0, 2)]!, ...(next() < 0.5 ? { panel: integer(1, 32) } : {}), ...(next() < 0.3 ? { chunk: integer(1, 40) } : {}) };
      const tile = integer(1, 50);
      const found = multiply(kernels, matrix, b, pixels, bias, tile, options, clamp);
      for (let r = 0; r < rows; r++) {
        for (let x = 0; x < pixels; x++) {
          checked++;
          let sum = bias[r]!;
          for (let c = 0; c < columns; c++) sum += dense[r * columns + c]! * b[c * pixels + x]!;
          const expected = Math.min(Math.max(sum, clamp[0]), clamp[1]);
          if (!(Math.abs(found[r * pixels + x]! - expected) < 1e-5)) {
            expect.fail(`seed ${seed}: ${matrix.encoding} ${rows}x${columns}, pixel ${x} of row ${r} is ${found[r * pixels + x]}, expected ${expected}`);
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(100_000);
  });
});
