import { random } from '@fretwork/conformance';
import { expect, it } from 'vitest';
import { drawMatrix, draws } from '../../test/draw-matrix.js';
import { MOST_PIECES } from '../machine/threads/serve.js';
import { planMapRuns } from './plan-map-runs.js';
import { planPieces, type PiecesRequest } from './plan-pieces.js';

const runsOf = (seed: number, rows: number, columns: number) => planMapRuns(drawMatrix(draws(seed), rows, columns, [8, 32])).runs;
const request = (more: Partial<PiecesRequest>): PiecesRequest => ({ rows: 128, vectors: 784, cells: 4 * 784 * 128, tile: 192, threads: 2, ...more });

it('cuts large maps of few rows by pixels, all others by rows, and leaves what is too little to one thread', () => {
  const runs = runsOf(3, 128, 400);
  const narrow = runsOf(3, 8, 100);
  expect(planPieces(runs, request({ threads: 1 }))).toEqual({ by: 'pixels', parts: [{ from: 0, to: 784 }], tile: 192 });
  expect(planPieces(runs, request({})).by).toBe('rows');
  const sizes = planPieces(runs, request({})).parts.map(({ from, to }) => to - from);
  expect(sizes[0]).toBeGreaterThan(2 * sizes[3]!);
  expect(sizes[7]).toBeGreaterThan(2 * sizes[4]!);
  expect(planPieces(narrow, request({ rows: 8, cells: 4 * 784 * 100 }))).toEqual({ by: 'pixels', parts: [0, 196, 392, 588].map((from) => ({ from, to: from + 196 })), tile: 196 });
  expect(planPieces(runs, request({ vectors: 13, cells: 52 * 128 })).by).toBe('rows');
  expect(planPieces(runsOf(3, 8, 9), request({ rows: 8, vectors: 13, cells: 52 })).parts).toEqual([{ from: 0, to: 13 }]);
});

it('covers everything once, in no more pieces than the threads take (300 random layers)', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const draw = random(seed);
    const [rows, columns, vectors, threads] = [draw.integer(1, 150), draw.integer(1, 250), draw.integer(1, draw.next() < 0.5 ? 60 : 3000), draw.integer(1, 4)];
    const { by, parts, tile } = planPieces(runsOf(seed, rows, columns), { rows, vectors, cells: 4 * vectors * columns, tile: [96, 192][draw.integer(0, 1)]!, threads });
    seen.add(parts.length === 1 ? 'one' : by);
    expect(parts.map(({ from }) => from)).toEqual([0, ...parts.slice(0, -1).map(({ to }) => to)]);
    expect(parts.at(-1)!.to).toBe(by === 'rows' ? rows : vectors);
    expect(parts.length).toBeLessThanOrEqual(threads * MOST_PIECES);
    expect(tile).toBeLessThan(2 ** 13);
  }
  expect([...seen].sort()).toEqual(['one', 'pixels', 'rows']);
});
