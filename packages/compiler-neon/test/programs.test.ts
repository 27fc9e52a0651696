import { packWeights, planSchedule, type ScheduleOptions } from '@fretwork/compiler';
import { random, type Random } from '@fretwork/conformance';
import { encodeCsr, type SparseMatrix } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { quadBytes } from '../src/kernels/int8.js';
import { inBytes, layByteStream, layByteVector, type ByteStreamList, type ByteVectorList } from '../src/product/byte-program.js';
import { FAMILIES } from '../src/family.js';
import { KERNELS, rowCounts, widest } from '../src/kernels/manifest.js';
import { passWidths } from '../src/kernels/stream.js';
import { kernelName, parseKernelName } from '@fretwork/compiler';
import { layStream, type StreamList } from '../src/product/stream-program.js';
import { tilesOf } from '../src/product/stream-tiles.js';
import { layVector } from '../src/product/vector-program.js';

const SEEDS = Array.from({ length: 60 }, (_, i) => 20_261_126 + i);

/** Blocks of rows x columns, some of whose rows and columns are cut; sometimes nothing is left. */
function draw(r: Random): { readonly matrix: SparseMatrix; readonly values: Float32Array; readonly rows: number; readonly columns: number } {
  const [rows, columns] = [r.integer(1, 30), r.integer(1, 60)];
  const [blockRows, blockColumns, keep] = [r.integer(1, 9), r.integer(1, 20), r.next()];
  const values = new Float32Array(rows * columns);
  const kept = new Map<string, boolean>();
  const keeps = (key: string): boolean => kept.get(key) ?? (kept.set(key, r.next() < keep), kept.get(key)!);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const block = `${Math.floor(i / blockRows)} ${Math.floor(j / blockColumns)}`;
      if (keeps(`r${block} ${i}`) && keeps(`c${block} ${j}`)) values[i * columns + j] = Math.round(r.normal() * 8) || 1;
    }
  }
  return { matrix: encodeCsr(values, rows, columns), values, rows, columns };
}

/** What the stream kernels do, said slowly. */
function runStream(lists: readonly StreamList[], x: Float32Array, y: Float32Array, positions: number, vectors: number, clamp: boolean): void {
  for (const tile of tilesOf(positions, vectors)) {
    for (const { rows, segments, program, weights } of lists) {
      let [p, w] = [0, 0];
      for (let s = 0; s < segments; s++) {
        const head = program[p++]!;
        const at = Array.from(program.subarray(p, p += rows), (bytes) => bytes / 4 + tile.start);
        const count = 4 * tile.vectors;
        const sums = at.map((from, r) => Array.from({ length: count }, (_, i) => ((head & 1) === 1 ? weights[w + r]! : y[from + i]!)));
        if ((head & 1) === 1) w += rows;
        for (let n = head >> 2; n > 0; n--) {
          const from = program[p++]! / 4 + tile.start;
          for (let r = 0; r < rows; r++, w++) for (let i = 0; i < count; i++) sums[r]![i]! += weights[w]! * x[from + i]!;
        }
        at.forEach((from, r) => sums[r]!.forEach((sum, i) => { y[from + i] = clamp && (head & 2) === 2 ? Math.max(0, sum) : sum; }));
      }
    }
  }
}

describe('programs of the stream kernels', () => {
  it.each(SEEDS)('are the product of the matrix, seed %i', (seed) => {
    const r = random(seed);
    const { matrix, values, rows, columns } = draw(r);
    const [positions, clamp] = [r.integer(4, 70), r.next() < 0.5];
    const options: ScheduleOptions = { height: r.integer(1, 9), rowCounts: rowCounts('stream'), chunk: r.pick([0, 0, 16]), reorder: r.pick(['as-stored', 'by-columns']), threads: r.integer(1, 3) };
    const schedule = planSchedule([matrix], options);
    const places = { row: (row: number): number => 4 * positions * row, column: (column: number): number => 4 * positions * column, bias: (row: number): number => row % 5 - 2 };
    const lists = layStream(schedule, packWeights([matrix], schedule) as Float32Array, places, clamp);
    const x = Float32Array.from({ length: columns * positions }, () => r.integer(-4, 4));
    // What was in memory before must not matter.
    const y = new Float32Array(rows * positions).fill(NaN);
    runStream(lists, x, y, positions, r.integer(1, 20), clamp);
    const expected = Float32Array.from({ length: rows * positions }, (_, at) => {
      const [row, p] = [Math.floor(at / positions), at % positions];
      let sum = row % 5 - 2;
      for (let c = 0; c < columns; c++) sum += values[row * columns + c]! * x[c * positions + p]!;
      return clamp ? Math.max(0, sum) : sum;
    });
    expect(y, `seed ${seed}`).toEqual(expected);
    expect(new Set(lists.map((list) => list.rows)).size).toBeGreaterThan(0);
  });
});

describe('programs of the vector kernels', () => {
  it.each(SEEDS)('are the product of the matrix, seed %i', (seed) => {
    const r = random(seed);
    const { matrix, values, rows, columns } = draw(r);
    const schedule = planSchedule([matrix], { height: r.pick([4, 8, 16, 32]), rowCounts: rowCounts('vector') });
    const x = Float32Array.from({ length: columns }, () => r.integer(-4, 4));
    const y = new Float32Array(rows);
    for (const { kernel, segments, index, weights } of layVector(schedule, packWeights([matrix], schedule) as Float32Array)) {
      const row = KERNELS.find(kernel)!;
      let [p, w] = [0, 0];
      for (let s = 0; s < segments; s++) {
        const n = index[p++]!;
        const to = index.subarray(p, p += row.rows);
        const cols = row.operator === 'run' ? Array.from({ length: n }, (_, c) => index[p]! + c) : Array.from(index.subarray(p, p + n));
        p += row.operator === 'run' ? 1 : n;
        const weight = (c: number, q: number): number => weights[w + (row.rows % 4 === 0 ? c * row.rows + q : (c - c % 4) * row.rows + q * Math.min(4, n - (c - c % 4)) + c % 4)]!;
        to.forEach((place, q) => cols.forEach((c, k) => { y[place]! += weight(k, q) * x[c]!; }));
        w += n * row.rows;
      }
    }
    expect(y, `seed ${seed}`).toEqual(Float32Array.from({ length: rows }, (_, i) => x.reduce((sum, v, c) => sum + v * values[i * columns + c]!, 0)));
  });
});

describe('programs of the kernels on bytes', () => {
  it.each(SEEDS.slice(0, 30))('are the product of the matrix in bytes, seed %i', (seed) => {
    const r = random(seed);
    const { matrix, values, rows, columns } = draw(r);
    const x = Int8Array.from({ length: columns }, () => r.integer(-127, 127));
    for (const way of ['stream', 'vector'] as const) {
      const schedule = planSchedule([matrix], { height: way === 'vector' ? 8 : r.integer(1, 9), rowCounts: rowCounts(way, 'i8'), reorder: r.pick(['as-stored', 'by-columns']) });
      const { weights: bytes, scales } = inBytes([matrix], schedule);
      // What was in memory before must not matter to the stream kernels; the vector kernels add to zeros.
      const y = new Int32Array(rows).fill(way === 'stream' ? 1e6 : 0);
      if (way === 'stream') runByteStream(layByteStream(schedule, bytes, { row: (row) => row, column: (column) => column }), x, y);
      else runByteVector(layByteVector(schedule, bytes), x, y);
      expect([...y], `seed ${seed}, ${way}`).toEqual(Array.from({ length: rows }, (_, i) => x.reduce((sum, v, c) => sum + v * Math.round(values[i * columns + c]! / scales[i]!), 0)));
      for (let i = 0; i < rows; i++) for (let c = 0; c < columns; c++) expect(Math.abs(Math.round(values[i * columns + c]! / scales[i]!))).toBeLessThanOrEqual(127);
    }
  });
});

/** What the kernels on bytes do at one position, said slowly. */
function runByteStream(lists: readonly ByteStreamList[], x: Int8Array, y: Int32Array): void {
  for (const { rows, segments, program, weights } of lists) {
    let [p, w] = [0, 0];
    for (let s = 0; s < segments; s++) {
      const head = program[p++]!;
      const at = program.subarray(p, p += rows);
      if ((head & 1) === 1) at.forEach((row) => { y[row] = 0; });
      for (let n = head >> 2; n > 0; n--, p += 4, w += quadBytes(rows)) at.forEach((row, r) => { for (let c = 0; c < 4; c++) y[row]! += weights[w + 4 * r + c]! * x[program[p + c]!]!; });
    }
  }
}

function runByteVector(lists: readonly ByteVectorList[], x: Int8Array, y: Int32Array): void {
  for (const { kernel, segments, index, weights } of lists) {
    const { rows, operator } = KERNELS.find(kernel)!;
    let [p, w] = [0, 0];
    for (let s = 0; s < segments; s++) {
      const head = index[p++]!;
      const at = index.subarray(p, p += rows);
      // Behind the last column there is memory, whose content meets zeros.
      const sixteen = (place: (c: number) => number): void => {
        for (let r = 0; r < rows; r++) for (let c = 0; c < 16; c++) y[at[r]!]! += weights[w + 16 * r + c]! * (x[place(c)] ?? 99);
        w += 16 * rows;
      };
      if (operator === 'window') {
        for (let i = 0; i < head; i++, p += 2) {
          for (let n = 0; n < index[p + 1]!; n++) {
            const picked = weights.subarray(w, w += 16);
            for (const distance of picked) expect(distance).toBeLessThan(64);
            sixteen((c) => index[p]! + picked[c]!);
          }
        }
        continue;
      }
      for (let n = 0; n < head; n++) sixteen((c) => (operator === 'run' ? index[p]! + 16 * n + c : index[p + 16 * n + c]!));
      p += operator === 'run' ? 1 : 16 * head;
    }
  }
}

describe('tiles and passes', () => {
  it('cover every position, in whole vectors, and end where the positions end', () => {
    for (let positions = 4; positions < 300; positions++) {
      for (const vectors of [1, 5, 24, 48]) {
        const tiles = tilesOf(positions, vectors);
        const covered = new Uint8Array(positions);
        for (const { start, vectors: width } of tiles) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start + 4 * width).toBeLessThanOrEqual(positions);
          expect(width).toBeLessThanOrEqual(vectors);
          covered.fill(1, start, start + 4 * width);
          expect(passWidths(width, 6).reduce((a, b) => a + b, 0)).toBe(width);
        }
        expect(covered.every((cell) => cell === 1), `${positions} in ${vectors}`).toBe(true);
      }
    }
  });
});

describe('the manifest of kernels', () => {
  it('has a name for every row that parses back to it, and no more sums than registers hold', () => {
    for (const row of KERNELS.rows) {
      expect(parseKernelName(kernelName(row))).toEqual(row);
      if (row.operator === 'stream') expect(row.rows * row.pixels / (row.type === 'f16' ? 8 : 4)).toBeLessThanOrEqual(28);
    }
  });

  it('has every width up to the widest', () => {
    for (const { type, lanes } of Object.values(FAMILIES)) {
      for (const rows of rowCounts('stream', type)) {
        expect(KERNELS.select({ operator: 'stream', type, rows }).map(({ pixels }) => pixels / lanes)).toEqual(Array.from({ length: widest(rows) }, (_, q) => q + 1));
      }
    }
  });
});
