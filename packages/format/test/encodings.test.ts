import { describe, expect, it } from 'vitest';
import {
  decode, decodeMatrix, dense, densityOf, encode, encodeBcr, encodeBcrc, encodeCsr, encodePattern, indexBytes, nnzOf, payloadBytes,
  SPARSE_RULES, tiles, type SparseMatrix, type Tensor,
} from '../src/index.js';
import { enforce } from '../src/rules/rule.js';
import { rawBytes, randomCase, randomTensor, type MatrixCase } from './cases.js';
import { Random } from './masks.js';

const CASES = 300;

/** Every encoding that holds this case, blocks that divide it and blocks that do not. */
function everyEncoding(c: MatrixCase, random: Random): readonly SparseMatrix[] {
  const { values, rows, columns, kernel, dtype } = c;
  const block = (): readonly [number, number] => [random.integer(1, rows + 3), random.integer(1, columns + 3)];
  const patterned = kernel <= 32 && patternCount(c) <= 255;
  return [
    encodeCsr(values, rows, columns, { dtype }),
    encodeBcrc(values, rows, columns, { dtype }),
    encodeBcr(values, rows, columns, { dtype, kernel }),
    encodeBcr(values, rows, columns, { dtype, block: block() }),
    encodeBcr(values, rows, columns, { dtype, block: [random.integer(1, 5), random.integer(1, 9)] }),
    encodeBcr(values, rows, columns, { dtype, block: [1, 1] }),
    ...(patterned ? [encodePattern(values, rows, columns, kernel, { dtype })] : []),
  ];
}

function patternCount({ expected, kernel }: MatrixCase): number {
  const seen = new Set<string>();
  for (let i = 0; i < expected.length; i += kernel) seen.add(Array.from({ length: kernel }, (_, k) => (Number(expected[i + k]) === 0 ? 0 : 1)).join(''));
  return seen.size - (seen.has('0'.repeat(kernel)) ? 1 : 0);
}

/** Byte where two strings differ first, -1 where they do not. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((byte, i) => byte !== b[i]);
}

function ascends(ids: ArrayLike<number>, below: number): boolean {
  const list = Array.from(ids);
  return list.every((id, i) => id < below && (i === 0 || id > list[i - 1]!));
}

describe.each([1, 2, 3])('random matrices, seed %i', (seed) => {
  const random = new Random(seed);
  const cases = Array.from({ length: CASES }, () => randomCase(random));

  it('come back bit for bit from every encoding, except -0', () => {
    for (const c of cases) {
      const expected = rawBytes(c.expected);
      for (const matrix of everyEncoding(c, random)) {
        expect(firstDifference(rawBytes(decodeMatrix(matrix)), expected), `${c.name}, ${matrix.encoding}, seed ${seed}`).toBe(-1);
      }
    }
  });

  it('have tiles that cover each kept weight once, in payload order', () => {
    for (const c of cases) {
      for (const matrix of everyEncoding(c, random)) {
        const says = `${c.name}, ${matrix.encoding}, seed ${seed}`;
        const covered = new Uint8Array(c.rows * c.columns);
        let stored = 0;
        for (const tile of tiles(matrix)) {
          expect(tile.rows.length * tile.columns.length, says).toBe(tile.payload.length);
          expect(tile.payload.length, says).toBeGreaterThan(0);
          expect(tile.payload.byteOffset - matrix.payload.byteOffset, says).toBe(stored * matrix.payload.BYTES_PER_ELEMENT);
          expect(ascends(tile.rows, c.rows) && ascends(tile.columns, c.columns), says).toBe(true);
          for (const r of Array.from(tile.rows)) for (const col of Array.from(tile.columns)) covered[r * c.columns + col]! += 1;
          stored += tile.payload.length;
        }
        expect(stored, says).toBe(matrix.payload.length);
        expect(covered.reduce((a, b) => Math.max(a, b), 0), says).toBeLessThanOrEqual(1);
        const missed = c.expected.findIndex((x: number | bigint, i: number) => Number(x) !== 0 && covered[i] === 0);
        expect(missed, says).toBe(-1);
        if (matrix.encoding !== 'bcr') expect(stored, says).toBe(c.nnz);
      }
    }
  });

  it('are accepted by the rules in every encoding', () => {
    for (const c of cases) {
      for (const matrix of everyEncoding(c, random)) {
        expect(() => enforce(SPARSE_RULES, { matrix, tensor: c.name }), `${c.name}, ${matrix.encoding}, seed ${seed}`).not.toThrow();
      }
    }
  });

  it('never take more bytes than CSR where encode chooses', () => {
    for (const c of cases) {
      const tensor = dense(c.dtype, [c.rows, c.columns], c.values);
      const view = { count: 1, rows: c.rows, columns: c.columns, order: 'row-major', kernel: c.kernel } as const;
      const { plan } = encode(tensor, view);
      const csr = encodeCsr(c.values, c.rows, c.columns, { dtype: c.dtype });
      if (!plan.chosen.ok) throw new Error(plan.reason);
      expect(plan.chosen.totalBytes, `${c.name}: ${plan.reason}, seed ${seed}`).toBeLessThanOrEqual(indexBytes(csr) + payloadBytes(csr));
    }
  });
});

describe.each([4, 5])('random tensors, seed %i', (seed) => {
  const random = new Random(seed);

  it('come back bit for bit, whatever the view and the encodings asked for, at the cost the plan says', () => {
    for (let i = 0; i < CASES; i++) {
      const { name, view, shape, dtype, data } = randomTensor(random);
      const tensor = dense(dtype, shape, data);
      const expected = withoutNegativeZero(tensor);
      const encodings = random.pick([undefined, ['csr'], ['bcrc'], ['bcr'], ['csr', 'bcr']] as const);
      const { tensor: encoded, plan } = encode(tensor, view, encodings === undefined ? {} : { encodings });
      const says = `${name}, ${plan.reason}, seed ${seed}`;
      if (!plan.chosen.ok) throw new Error(says);
      if (encoded.kind === 'dense') expect(encoded, says).toBe(tensor);
      else {
        expect(encoded.matrices.map((m) => m.encoding), says).toEqual(Array.from({ length: view.count }, () => plan.chosen.encoding));
        expect(firstDifference(rawBytes(decode(encoded).data), expected), says).toBe(-1);
      }
      expect([indexBytes(encoded), payloadBytes(encoded)], says).toEqual([plan.chosen.indexBytes, plan.chosen.payloadBytes]);
      if (encodings !== undefined) expect(encodings, says).toContain(plan.chosen.encoding);
      expect(nnzOf(encoded), says).toBeGreaterThanOrEqual(plan.nnz);
      expect(densityOf(tensor), says).toBe(data.length === 0 ? 1 : plan.nnz / data.length);
    }
  });
});

function withoutNegativeZero(tensor: Tensor): Uint8Array {
  if (tensor.kind !== 'dense') throw new Error('dense only');
  const bytes = rawBytes(tensor.data);
  const width = tensor.data.BYTES_PER_ELEMENT;
  if (!['f32', 'f64', 'f16', 'bf16'].includes(tensor.dtype)) return bytes;
  for (let at = 0; at < bytes.length; at += width) {
    const element = bytes.subarray(at, at + width);
    if (element[width - 1] === 0x80 && element.subarray(0, width - 1).every((b) => b === 0)) element[width - 1] = 0;
  }
  return bytes;
}
