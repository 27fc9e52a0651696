import type { FretworkError, Scheme, SchemeKind } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { applyMask, choosePatterns, project, SCHEMES, supports, type Matrix } from '../src/index.js';
import { normal, pick, random, randomMatrix, tiedMatrix, whole, type Random } from './random.js';

/** A random scheme of each kind, and how far from the asked number of weights it may land. */
const CASES: { readonly [K in SchemeKind]: (next: Random, matrix: Matrix) => { scheme: Scheme; slack: number } } = {
  dense: () => ({ scheme: { kind: 'dense' }, slack: 0 }),
  unstructured: (next) => ({ scheme: { kind: 'unstructured', rate: 1 + 9 * next() }, slack: 0.5 }),
  filter: (next, { columns }) => ({ scheme: { kind: 'filter', rate: 1 + 3 * next() }, slack: columns / 2 }),
  channel: (next, { rows, kernel }) => ({ scheme: { kind: 'channel', rate: 1 + 3 * next() }, slack: (rows * kernel) / 2 }),
  pattern: (next) => ({ scheme: { kind: 'pattern', rate: 2.25 + 9 * next(), keep: 4, patterns: 8 }, slack: 2 }),
  'block-punched': (next) => {
    const [blockFilters, blockChannels] = [whole(next, 1, 9), whole(next, 1, 6)];
    return { scheme: { kind: 'block-punched', rate: 1 + 9 * next(), blockFilters, blockChannels }, slack: (blockFilters * blockChannels) / 2 };
  },
  bcr: (next) => {
    const [blockRows, blockColumns] = [whole(next, 1, 8), whole(next, 1, 16)];
    const rowShare = pick(next, [0, 0.5, 1]);
    return {
      scheme: { kind: 'bcr', rate: 1 + 9 * next(), blockRows, blockColumns, rowShare }, slack: Math.max(blockRows, blockColumns) / 2,
    };
  },
};

describe.each(Object.values(SCHEMES))('$kind: $says', ({ kind }) => {
  it('meets the rate on any shape, counts what it keeps, and does the same again', () => {
    const next = random(20);
    for (let n = 0; n < 60; n++) {
      const matrix = randomMatrix(next, whole(next, 5, 40), 9 * whole(next, 5, 20), 9);
      const { scheme, slack } = CASES[kind](next, matrix);
      const found = project(matrix, scheme);
      const says = `seed 20, case ${n}, ${matrix.rows}x${matrix.columns}, ${JSON.stringify(scheme)}`;
      const rate = scheme.kind === 'dense' ? 1 : scheme.rate;
      expect(found.kept, says).toBe(found.mask.keep.reduce((sum, k) => sum + k, 0));
      expect(found.rate, says).toBe(found.weights / found.kept);
      expect(Math.abs(found.kept - found.weights / rate), says).toBeLessThanOrEqual(slack + 1e-6);
      const masked = applyMask(matrix, found.mask);
      const energy = (values: Float32Array): number => values.reduce((sum, w) => sum + w * w, 0);
      expect(energy(masked.values) / energy(matrix.values), says).toBeCloseTo(found.energy, 9);
      expect(project(matrix, scheme), says).toEqual(found);
      // What was kept is kept again, with all the energy that is left.
      expect(project(masked, scheme, found.patterns === undefined ? {} : { patterns: found.patterns }).energy, says).toBeCloseTo(1, 9);
    }
  });

  it('keeps all of a matrix at rate 1, and has an empty mask for one without weights', () => {
    const matrix = tiedMatrix(random(21), 6, 18, 9);
    const scheme = { kind, rate: 1, keep: 9, patterns: 1, blockFilters: 4, blockChannels: 4, blockRows: 4, blockColumns: 4, rowShare: 0.5 } as Scheme;
    expect(project(matrix, scheme).kept).toBe(108);
    for (const [rows, columns] of [[0, 18], [6, 0]] as const) {
      const empty = project({ rows, columns, kernel: 9, values: new Float32Array(0) }, scheme);
      expect(empty).toMatchObject({ kept: 0, weights: 0, rate: 1, energy: 1 });
    }
  });

  it('keeps what the rate asks for of a matrix of zeros', () => {
    const zero: Matrix = { rows: 8, columns: 72, kernel: 9, values: new Float32Array(576) };
    const { scheme, slack } = CASES[kind](random(22), zero);
    const { kept, energy } = project(zero, scheme);
    expect(energy).toBe(1);
    expect(Math.abs(kept - 576 / (scheme.kind === 'dense' ? 1 : scheme.rate))).toBeLessThanOrEqual(slack);
  });
});

describe('unstructured', () => {
  it('keeps the largest weights; of equal ones the first', () => {
    const next = random(23);
    for (let n = 0; n < 50; n++) {
      const matrix = (n % 2 === 0 ? randomMatrix : tiedMatrix)(next, whole(next, 2, 30), whole(next, 2, 30));
      const rate = 1 + 3 * next();
      const order = Array.from(matrix.values, (_, i) => i)
        .sort((a, b) => Math.abs(matrix.values[b]!) - Math.abs(matrix.values[a]!) || a - b);
      const expected = new Uint8Array(order.length);
      for (const i of order.slice(0, Math.max(1, Math.round(order.length / rate)))) expected[i] = 1;
      expect(project(matrix, { kind: 'unstructured', rate }).mask.keep, `seed 23, case ${n}`).toEqual(expected);
    }
  });
});

describe('filter and channel', () => {
  it('keep the rows of largest norm, whole', () => {
    const values = Float32Array.from([1, 1, 1, 3, 0, 0, 2, 2, 2, 0, 0, 0]);
    const { mask } = project({ rows: 4, columns: 3, kernel: 1, values }, { kind: 'filter', rate: 2 });
    expect([...mask.keep]).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0]);
  });

  it('keep all kernel columns of a channel together', () => {
    const values = Float32Array.from([0, 9, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]);
    const { mask } = project({ rows: 2, columns: 6, kernel: 2, values }, { kind: 'channel', rate: 1.5 });
    expect([...mask.keep]).toEqual([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1]);
  });

  it('say why where fewer than one would stay', () => {
    const shape = { rows: 3, columns: 18, kernel: 9 };
    expect(supports({ kind: 'filter', rate: 4 }, shape)).toMatchObject({ ok: false, reason: '3 filters cannot keep one in 4' });
    expect(supports({ kind: 'channel', rate: 4 }, shape)).toMatchObject({ ok: false, reason: '2 input channels cannot keep one in 4' });
    expect(supports({ kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 4, rowShare: 0.5 }, shape)).toEqual({ ok: true });
  });
});

describe('pattern', () => {
  const scheme = { kind: 'pattern', rate: 8, keep: 4, patterns: 8 } as const;
  const bits = (mask: number): number => [...mask.toString(2)].filter((b) => b === '1').length;

  it('chooses at most 8 patterns of 4 of 9 with the centre, from all matrices given', () => {
    const next = random(24);
    const model = [randomMatrix(next, 16, 9 * 8, 9), randomMatrix(next, 8, 9 * 16, 9)];
    const patterns = choosePatterns(model, { keep: 4, count: 8 });
    expect(patterns.length).toBe(8);
    expect(patterns).toEqual([...new Set(patterns)].sort((a, b) => a - b));
    for (const mask of patterns) {
      expect(bits(mask)).toBe(4);
      expect((mask >> 4) & 1).toBe(1);
    }
    expect(patterns).not.toEqual(choosePatterns(model.slice(0, 1), { keep: 4, count: 8 }));
  });

  it('chooses the natural patterns that occur most', () => {
    const kernels = [[0, 5, 0, 6, 0, 7, 0, 0, 0], [0, 5, 0, 6, 0, 7, 0, 0, 0], [9, 8, 7, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 9, 9, 9]];
    const matrix: Matrix = { rows: 1, columns: 45, kernel: 9, values: Float32Array.from(kernels.flat()) };
    expect(choosePatterns([matrix], { keep: 4, count: 1 })).toEqual([0b000111010]);
    expect(choosePatterns([matrix], { keep: 4, count: 2 })).toEqual([0b000010111, 0b000111010]);
    expect(choosePatterns([matrix], { keep: 4, count: 8 })).toEqual([0b000010111, 0b000111010, 0b111010000]);
  });

  it('gives each kernel one of the patterns or nothing, and every filter as many kernels, plus or minus one', () => {
    const next = random(25);
    for (let n = 0; n < 60; n++) {
      const matrix = randomMatrix(next, whole(next, 3, 20), 9 * whole(next, 3, 20), 9);
      const { mask, patterns } = project(matrix, { ...scheme, rate: 2.25 + 8 * next() });
      const perFilter = new Array<number>(matrix.rows).fill(0);
      for (let k = 0; k < mask.keep.length / 9; k++) {
        const id = mask.keep.subarray(9 * k, 9 * k + 9).reduce((m, b, i) => m | (b << i), 0);
        if (id === 0) continue;
        expect(patterns, `seed 25, case ${n}`).toContain(id);
        const filter = Math.floor((9 * k) / matrix.columns);
        perFilter[filter] = perFilter[filter]! + 1;
      }
      expect(Math.max(...perFilter) - Math.min(...perFilter), `seed 25, case ${n}`).toBeLessThanOrEqual(1);
    }
  });

  it('gives each kernel the pattern that keeps most of it', () => {
    const matrix = randomMatrix(random(26), 8, 72, 9);
    const { mask, patterns } = project(matrix, { ...scheme, rate: 2.25 });
    for (let from = 0; from < 576; from += 9) {
      const energy = (id: number): number => matrix.values.subarray(from, from + 9).reduce((sum, w, i) => sum + ((id >> i) & 1) * w * w, 0);
      const taken = mask.keep.subarray(from, from + 9).reduce((m, b, i) => m | (b << i), 0);
      expect(energy(taken)).toBe(Math.max(...patterns!.map(energy)));
    }
  });

  it('keeps all kernels where the patterns alone remove more than asked', () => {
    const { kept, rate } = project(randomMatrix(random(27), 4, 36, 9), { ...scheme, rate: 2 });
    expect(kept).toBe(16 * 4);
    expect(rate).toBe(2.25);
  });

  it('refuses other kernels than 3x3 with the reason, and patterns that do not fit', () => {
    expect(supports(scheme, { rows: 8, columns: 200, kernel: 25 })).toMatchObject({ ok: false, reason: expect.stringContaining('this one has 25') });
    expect(() => project(randomMatrix(random(28), 8, 50, 25), scheme)).toThrow(/projection\.unsupported/);
    const matrix = randomMatrix(random(28), 8, 72, 9);
    expect(() => project(matrix, scheme, { patterns: [0b111] })).toThrow(/projection\.patterns/);
    expect(() => project(matrix, scheme, { patterns: [] })).toThrow(/projection\.patterns/);
  });
});

describe('block-punched', () => {
  const allocations = ['equal', 'balanced', 'global'] as const;

  it.each(allocations)('keeps the same kernel positions for all filters and channels of a block (%s)', (allocation) => {
    const next = random(29);
    for (let n = 0; n < 60; n++) {
      const [blockFilters, blockChannels] = [whole(next, 1, 9), whole(next, 1, 5)];
      const kernel = pick(next, [1, 9, 25, 3]);
      const matrix = randomMatrix(next, whole(next, 4, 30), kernel * whole(next, 4, 16), kernel);
      const rate = 1 + 5 * next();
      const { mask } = project(matrix, { kind: 'block-punched', rate, blockFilters, blockChannels }, { allocation });
      const counts = new Map<number, number>();
      const positions = new Map<number, string>();
      for (let r = 0; r < matrix.rows; r++) {
        for (let c = 0; c < matrix.columns; c += kernel) {
          const block = Math.floor(r / blockFilters) * 1000 + Math.floor(c / kernel / blockChannels);
          const kept = mask.keep.subarray(r * matrix.columns + c, r * matrix.columns + c + kernel);
          expect(kept.join(''), `seed 29, case ${n}`).toBe(positions.get(block) ?? kept.join(''));
          positions.set(block, kept.join(''));
          counts.set(block, kept.reduce((sum, k) => sum + k, 0));
        }
      }
      const spread = Math.max(...counts.values()) - Math.min(...counts.values());
      if (allocation !== 'global') expect(spread, `seed 29, case ${n}`).toBeLessThanOrEqual(allocation === 'equal' ? 0 : 1);
      if (allocation === 'equal') expect(counts.get(0)).toBe(kernel - Math.floor(kernel * (1 - 1 / rate) + 1e-9));
    }
  });

  it('scores a position by the sum over channels of the norm over filters', () => {
    // One block of 2 filters x 2 channels x 2 positions. Position 0: norms 5 and 0; position 1: norms 3 and 3: more in sum, less in energy.
    const values = Float32Array.from([5, 3, 0, 3, 0, 0, 0, 0]);
    const { mask } = project({ rows: 2, columns: 4, kernel: 2, values }, { kind: 'block-punched', rate: 2, blockFilters: 2, blockChannels: 2 });
    expect([...mask.keep]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it('lets edge blocks compete on equal terms', () => {
    const matrix: Matrix = { rows: 9, columns: 4 * 5, kernel: 1, values: Float32Array.from({ length: 180 }, (_, i) => (i >= 160 ? 2 : 1)) };
    const { mask } = project(matrix, { kind: 'block-punched', rate: 9, blockFilters: 8, blockChannels: 20 });
    expect(mask.keep.indexOf(1)).toBe(160);
  });
});

describe('what is thrown', () => {
  const matrix: Matrix = { rows: 2, columns: 2, kernel: 1, values: new Float32Array(4).fill(1) };
  const codeOf = (run: () => unknown): string | undefined => {
    try { run(); } catch (error) { return (error as FretworkError).code; }
    return undefined;
  };

  it.each([
    ['scheme.rate', { kind: 'unstructured', rate: 0.5 }],
    ['scheme.rate', { kind: 'filter', rate: NaN }],
    ['scheme.rate', { kind: 'filter', rate: Infinity }],
    ['scheme.count', { kind: 'bcr', rate: 2, blockRows: 0, blockColumns: 4, rowShare: 0.5 }],
    ['scheme.count', { kind: 'block-punched', rate: 2, blockFilters: 2.5, blockChannels: 4 }],
    ['scheme.row-share', { kind: 'bcr', rate: 2, blockRows: 4, blockColumns: 4, rowShare: 1.1 }],
    ['scheme.count', { kind: 'pattern', rate: 2, keep: 0, patterns: 8 }],
    ['scheme.count', { kind: 'pattern', rate: 2, keep: 4, patterns: 0 }],
    ['scheme.row-share', { kind: 'bcr', rate: 2, blockRows: 4, blockColumns: 4 } as unknown as Scheme],
    ['scheme.kind', { kind: 'magic', rate: 2 } as unknown as Scheme],
  ] as const)('%s for %j', (code, scheme) => {
    expect(codeOf(() => project(matrix, scheme))).toBe(code);
    expect(codeOf(() => supports(scheme, matrix))).toBe(code);
  });

  it('matrix.* for values that are no matrix', () => {
    expect(codeOf(() => project({ ...matrix, rows: 3 }, { kind: 'dense' }))).toBe('matrix.shape');
    expect(codeOf(() => project({ ...matrix, kernel: 3 }, { kind: 'dense' }))).toBe('matrix.kernel');
    expect(codeOf(() => project({ ...matrix, values: Float32Array.of(1, NaN, 1, 1) }, { kind: 'dense' }))).toBe('matrix.value');
    expect(codeOf(() => applyMask(matrix, { rows: 1, columns: 4, keep: new Uint8Array(4) }))).toBe('mask.shape');
  });

  it('nothing for weights of any magnitude', () => {
    const next = random(30);
    const values = Float32Array.from({ length: 144 }, () => normal(next) * 10 ** whole(next, -44, 37));
    for (const kind of Object.keys(CASES) as SchemeKind[]) {
      const { scheme } = CASES[kind](random(31), { rows: 8, columns: 18, kernel: 9, values });
      if (!supports(scheme, { rows: 8, columns: 18, kernel: 9 }).ok) continue;
      expect(project({ rows: 8, columns: 18, kernel: 9, values }, scheme).energy, kind).toBeGreaterThan(0);
    }
  });
});
