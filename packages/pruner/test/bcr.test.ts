import type { BcrScheme } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { project, type Allocation, type Matrix } from '../src/index.js';
import { pick, random, randomMatrix, tiedMatrix, whole } from './random.js';
import { blocksOf, bruteForce, energyOf, greedy } from './structure.js';

const bcr = (blockRows: number, blockColumns: number, rate: number, rowShare: number): BcrScheme =>
  ({ kind: 'bcr', blockRows, blockColumns, rate, rowShare });
const ALLOCATIONS: readonly Allocation[] = ['equal', 'balanced', 'global'];

describe('the papers\' rule', () => {
  it('gives a 1024x1024 gate in 1024x256 blocks at row rate 0.9 the sparsity of the released log', () => {
    const { kept, weights, mask } = project(randomMatrix(random(1), 1024, 1024), bcr(1024, 256, 10, 1), { allocation: 'equal' });
    expect(1 - kept / weights).toBe(0.8994140625);
    for (const block of blocksOf(mask, 1024, 256)) expect(block).toMatchObject({ keptRows: 103, keptColumns: 256, product: true });
  });

  it('never removes more rows or columns of a block than asked, and the same number in equal blocks', () => {
    const next = random(2);
    for (let n = 0; n < 200; n++) {
      const scheme = bcr(whole(next, 1, 12), whole(next, 1, 20), 1 + 15 * next(), pick(next, [0, 0.25, 0.5, next(), 1]));
      const matrix = randomMatrix(next, whole(next, 4, 40), whole(next, 4, 60));
      const { mask } = project(matrix, scheme, { allocation: 'equal' });
      for (const block of blocksOf(mask, scheme.blockRows, scheme.blockColumns)) {
        const says = `seed 2, case ${n}, ${JSON.stringify(scheme)}`;
        expect(block.product, says).toBe(true);
        expect(block.keptRows, says).toBe(block.rows - Math.floor(block.rows * (1 - scheme.rate ** -scheme.rowShare) + 1e-9));
        expect(block.keptColumns, says).toBe(block.columns - Math.floor(block.columns * (1 - scheme.rate ** (scheme.rowShare - 1)) + 1e-9));
      }
    }
  });
});

describe('balanced', () => {
  it('keeps 2 rows and 3 or 4 columns of 4x16 blocks at rate 10', () => {
    const { mask, rate } = project(randomMatrix(random(3), 256, 512), bcr(4, 16, 10, 0.5));
    const kinds = new Map<string, number>();
    for (const { keptRows, keptColumns } of blocksOf(mask, 4, 16)) {
      const kind = `${keptRows}x${keptColumns}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect([...kinds.keys()].sort()).toEqual(['2x3', '2x4']);
    // 3.2 columns on average.
    expect(kinds.get('2x4')! / 2048).toBeCloseTo(0.2, 2);
    expect(rate).toBeCloseTo(10, 2);
  });

  it('gives the fourth column to the blocks where it brings most', () => {
    const matrix = randomMatrix(random(4), 64, 256);
    const { mask } = project(matrix, bcr(4, 16, 10, 0.5));
    const gains = blocksOf(mask, 4, 16).map((block, index) => {
      const part = blockOf(matrix, index, 4, 16);
      return { more: block.keptColumns === 4, gain: bruteForce(part, 2, 4) - bruteForce(part, 2, 3) };
    });
    const least = Math.min(...gains.filter((g) => g.more).map((g) => g.gain));
    const most = Math.max(...gains.filter((g) => !g.more).map((g) => g.gain));
    expect(least).toBeGreaterThanOrEqual(most);
  });

  it.each([4, 10, 20])('meets rate %d within 2 % where there are 64 blocks or more, small blocks included', (rate) => {
    const next = random(5);
    const sizes = [[4, 4], [4, 16], [8, 4], [8, 32], [16, 4], [1, 8], [8, 1], [2, 2]] as const;
    for (const [blockRows, blockColumns] of sizes) {
      for (const rowShare of [0, 0.3, 0.5, 0.8, 1]) {
        const rows = blockRows * 8 + whole(next, 0, blockRows - 1);
        const columns = blockColumns * 12 + whole(next, 0, blockColumns - 1);
        const { kept, weights } = project(randomMatrix(next, rows, columns), bcr(blockRows, blockColumns, rate, rowShare));
        // Where the smallest step is a whole row or column of a block, the half of it may be missed.
        const largestStep = rowShare === 1 ? blockColumns : blockRows;
        const slack = Math.max(0.02 * (weights / rate), largestStep / 2);
        expect(Math.abs(kept - weights / rate), `${blockRows}x${blockColumns} share ${rowShare}`).toBeLessThanOrEqual(slack);
      }
    }
  });

  it.each([10, 20])('meets rate %d within 2 % on 64 blocks of 4x4, where some become empty', (rate) => {
    const { kept, weights, mask } = project(randomMatrix(random(6), 32, 32), bcr(4, 4, rate, 0.5));
    expect(Math.abs(kept * rate / weights - 1)).toBeLessThan(0.02);
    const blocks = blocksOf(mask, 4, 4);
    expect(blocks.every((b) => b.product)).toBe(true);
    expect(blocks.filter((b) => b.keptRows === 0).length).toBe(rate === 20 ? 64 - 51 : 0);
  });

  it('ranks blocks by energy where they must become empty', () => {
    const matrix = randomMatrix(random(7), 32, 32);
    const { mask } = project(matrix, bcr(4, 4, 20, 0.5));
    const peaks = blocksOf(mask, 4, 4).map((block, index) => ({
      kept: block.keptRows === 1, peak: Math.max(...blockOf(matrix, index, 4, 4).values.map((w) => Math.abs(w))),
    }));
    expect(Math.min(...peaks.filter((p) => p.kept).map((p) => p.peak)))
      .toBeGreaterThan(Math.max(...peaks.filter((p) => !p.kept).map((p) => p.peak)));
  });

  it('differs by one line at most between blocks of equal size', () => {
    const next = random(8);
    for (let n = 0; n < 200; n++) {
      const scheme = bcr(whole(next, 1, 12), whole(next, 1, 20), 1 + 15 * next(), pick(next, [0, 0.25, 0.5, next(), 1]));
      const { mask, kept, weights } = project(randomMatrix(next, whole(next, 4, 50), whole(next, 4, 70)), scheme);
      const says = `seed 8, case ${n}, ${mask.rows}x${mask.columns}, ${JSON.stringify(scheme)}`;
      const bySize = new Map<string, { rows: Set<number>; columns: Set<number> }>();
      let step = 0;
      for (const block of blocksOf(mask, scheme.blockRows, scheme.blockColumns)) {
        expect(block.product, says).toBe(true);
        step = Math.max(step, Math.min(block.rows, block.columns), scheme.rowShare === 0 ? block.rows : 0, scheme.rowShare === 1 ? block.columns : 0);
        if (block.keptRows === 0) continue;
        const key = `${block.rows}x${block.columns}`;
        const seen = bySize.get(key) ?? { rows: new Set(), columns: new Set() };
        bySize.set(key, seen);
        seen.rows.add(block.keptRows);
        seen.columns.add(block.keptColumns);
      }
      for (const { rows, columns } of bySize.values()) {
        expect(Math.min(rows.size, columns.size), says).toBe(1);
        for (const counts of [rows, columns]) expect(Math.max(...counts) - Math.min(...counts), says).toBeLessThanOrEqual(1);
      }
      expect(Math.abs(kept - weights / scheme.rate), says).toBeLessThanOrEqual(Math.max(step / 2, kept === step ? step : 0) + 1e-6);
    }
  });
});

describe('global', () => {
  it('keeps rows x columns of each block and meets the rate to half a group', () => {
    const next = random(9);
    for (let n = 0; n < 150; n++) {
      const scheme = bcr(whole(next, 1, 10), whole(next, 1, 20), 1 + 15 * next(), pick(next, [0, 0.5, 1]));
      const matrix = randomMatrix(next, whole(next, 8, 50), whole(next, 8, 70));
      const { mask, kept, weights } = project(matrix, scheme, { allocation: 'global' });
      const blocks = blocksOf(mask, scheme.blockRows, scheme.blockColumns);
      const says = `seed 9, case ${n}, ${JSON.stringify(scheme)}`;
      expect(blocks.every((b) => b.product), says).toBe(true);
      if (scheme.rowShare === 0) expect(blocks.every((b) => b.keptRows === 0 || b.keptRows === b.rows), says).toBe(true);
      if (scheme.rowShare === 1) expect(blocks.every((b) => b.keptRows === 0 || b.keptColumns === b.columns), says).toBe(true);
      const group = Math.max(scheme.blockRows, scheme.blockColumns);
      expect(kept, says).toBeGreaterThan(0);
      expect(Math.abs(kept - weights / scheme.rate), says).toBeLessThanOrEqual(kept <= group ? group : group / 2);
    }
  });

  it('removes exactly the weakest rows of all blocks where only rows go', () => {
    const matrix = randomMatrix(random(10), 32, 64);
    const { mask } = project(matrix, bcr(8, 16, 8, 1), { allocation: 'global' });
    const energies = { kept: [] as number[], removed: [] as number[] };
    for (let r = 0; r < 32; r++) {
      for (let left = 0; left < 64; left += 16) {
        const at = r * 64 + left;
        const energy = matrix.values.slice(at, at + 16).reduce((sum, w) => sum + w * w, 0);
        (mask.keep[at] === 1 ? energies.kept : energies.removed).push(energy);
      }
    }
    expect(energies.kept.length).toBe(16);
    expect(Math.min(...energies.kept)).toBeGreaterThan(Math.max(...energies.removed));
  });

  it('keeps more energy than balanced where energy lies in few blocks', () => {
    const next = random(11);
    const matrix = randomMatrix(next, 64, 64);
    matrix.values.forEach((w, i) => { if (i % 64 >= 16) matrix.values[i] = w / 10; });
    const energy = (allocation: Allocation): number => project(matrix, bcr(4, 16, 8, 0.5), { allocation }).energy;
    expect(energy('global')).toBeGreaterThan(energy('balanced') * 1.3);
  });
});

describe('limits of the block size', () => {
  it.each(ALLOCATIONS.slice(1))('1x1 blocks are unstructured pruning, ties included (%s)', (allocation) => {
    const next = random(12);
    for (let n = 0; n < 40; n++) {
      const make = n % 2 === 0 ? randomMatrix : tiedMatrix;
      const matrix = make(next, whole(next, 3, 30), whole(next, 3, 30));
      const rate = 1 + 7 * next();
      const block = project(matrix, bcr(1, 1, rate, pick(next, [0, 0.5, 1])), { allocation });
      expect(block.mask, `seed 12, case ${n}`).toEqual(project(matrix, { kind: 'unstructured', rate }).mask);
    }
  });

  it.each(ALLOCATIONS.slice(1))('a block as large as the matrix is filter pruning, or channel pruning by columns (%s)', (allocation) => {
    const next = random(13);
    for (let n = 0; n < 40; n++) {
      const make = n % 2 === 0 ? randomMatrix : tiedMatrix;
      const matrix = make(next, whole(next, 9, 30), whole(next, 9, 30));
      const rate = 1 + 7 * next();
      const says = `seed 13, case ${n}`;
      const larger = whole(next, 30, 90);
      expect(project(matrix, bcr(larger, larger, rate, 1), { allocation }).mask, says).toEqual(project(matrix, { kind: 'filter', rate }).mask);
      expect(project(matrix, bcr(larger, larger, rate, 0), { allocation }).mask, says).toEqual(project(matrix, { kind: 'channel', rate }).mask);
    }
  });

  it('by the papers\' rule such a block keeps the rows that filter pruning at the quota keeps', () => {
    const matrix = tiedMatrix(random(14), 30, 20);
    const { mask, kept } = project(matrix, bcr(30, 20, 7, 1), { allocation: 'equal' });
    expect(kept).toBe(5 * 20);
    expect(mask).toEqual(project(matrix, { kind: 'filter', rate: 30 / 5 }).mask);
  });
});

describe('energy inside a block', () => {
  const oneBlock = (matrix: Matrix, rate: number, rowShare: number, exhaustive?: number): { rows: number; columns: number; energy: number } => {
    const scheme = bcr(matrix.rows, matrix.columns, rate, rowShare);
    const { mask } = project(matrix, scheme, exhaustive === undefined ? {} : { exhaustive });
    const [block] = blocksOf(mask, matrix.rows, matrix.columns);
    return { rows: block!.keptRows, columns: block!.keptColumns, energy: energyOf(matrix, mask.keep) };
  };

  it.each([[256, 'exhaustive'], [0, 'alternating']])('is never below greedy in 1000 random blocks (limit %d, %s)', (limit) => {
    const next = random(15);
    for (let n = 0; n < 1000; n++) {
      const matrix = randomMatrix(next, whole(next, 2, 16), whole(next, 2, 32));
      const { rows, columns, energy } = oneBlock(matrix, 1.5 + 6 * next(), 0.2 + 0.6 * next(), limit);
      expect(energy, `seed 15, case ${n}`).toBeGreaterThanOrEqual(greedy(matrix, rows, columns) * (1 - 1e-12));
      const turned = turn(matrix);
      expect(energy, `seed 15, case ${n}, columns first`).toBeGreaterThanOrEqual(greedy(turned, columns, rows) * (1 - 1e-12));
    }
  });

  it('is the optimum on small blocks', () => {
    const next = random(16);
    for (let n = 0; n < 300; n++) {
      const matrix = randomMatrix(next, whole(next, 2, 6), whole(next, 2, 6));
      const { rows, columns, energy } = oneBlock(matrix, 1.2 + 2.8 * next(), next());
      expect(energy, `seed 16, case ${n}, ${rows}x${columns}`).toBeCloseTo(bruteForce(matrix, rows, columns), 9);
    }
  });

  it.each([0, 1])('is the optimum of a single side at row share %d', (rowShare) => {
    const next = random(17);
    for (let n = 0; n < 200; n++) {
      const matrix = randomMatrix(next, whole(next, 4, 9), whole(next, 4, 9));
      const { rows, columns, energy } = oneBlock(matrix, 1.2 + 3 * next(), rowShare);
      expect(rowShare === 0 ? rows : columns).toBe(rowShare === 0 ? matrix.rows : matrix.columns);
      expect(energy, `seed 17, case ${n}`).toBeCloseTo(bruteForce(matrix, rows, columns), 9);
    }
  });
});

function blockOf(matrix: Matrix, index: number, rows: number, columns: number): Matrix {
  const across = Math.ceil(matrix.columns / columns);
  const top = Math.floor(index / across) * rows;
  const left = (index % across) * columns;
  const values = Float32Array.from({ length: rows * columns }, (_, i) =>
    matrix.values[(top + Math.floor(i / columns)) * matrix.columns + left + (i % columns)]!);
  return { rows, columns, kernel: 1, values };
}

function turn({ rows, columns, kernel, values }: Matrix): Matrix {
  return { rows: columns, columns: rows, kernel, values: values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!) };
}
