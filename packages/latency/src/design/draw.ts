import type { Scheme } from '@fretwork/format';
import type { ConvolutionQuery, FullQuery, GlueQuery, LayerKind, LayerQuery, RecurrentQuery } from '../contract.js';
import { channels, logBetween, pick, weighted } from './spread.js';

/** How layers of one kind are drawn: `u` are coordinates in [0, 1). */
export interface DesignRow {
  readonly kind: LayerKind;
  /** Of all points. */
  readonly share: number;
  readonly draw: (u: readonly number[]) => LayerQuery;
}

/** Coordinates that the rows read. */
export const DIMENSIONS = 9;

/**
 * No layer takes longer than what these multiply-adds take when dense. Below the other ones are heads of networks for few classes and
 * the like: nobody prunes them to save time, and what they take depends on what the caches and the branch predictor saw before.
 */
const MOST_MACS = 250e6;
const LEAST_MACS = 400e3;
const LEAST_WEIGHTS = 2 ** 15;

/** Sides of maps as networks for small and for large images have them. */
const SIDES = [4, 7, 8, 14, 16, 28, 32, 56, 112] as const;

const BLOCKS = [[4, 4], [4, 16], [8, 16], [8, 32], [16, 32], [16, 64], [64, 64], [4096, 4096]] as const;
const ROW_SHARES = [0, 0.25, 0.5, 0.5, 0.75, 1] as const;

const roundRate = (rate: number): number => Number(rate.toPrecision(3));

/** A scheme that fits `rows` x `columns`: `u` says which, how much and in which blocks. */
function scheme(kinds: readonly (readonly [weight: number, kind: Scheme['kind']])[], rows: number, columns: number, kernel: number, [a, b, c, d]: readonly [number, number, number, number]): Scheme {
  const asked = weighted(a, kinds);
  const most = Math.max(1.5, Math.min(24, (rows * columns) / 32));
  const rate = roundRate(logBetween(b, 1.5, most));
  switch (asked) {
    case 'dense': return { kind: 'dense' };
    case 'filter': return { kind: 'filter', rate: Math.min(rate, Math.max(1, rows / 2), 4) };
    case 'channel': return { kind: 'channel', rate: Math.min(rate, Math.max(1, columns / kernel / 2), 4) };
    case 'unstructured': return { kind: 'unstructured', rate };
    case 'pattern': return { kind: 'pattern', rate: Math.max(2.25, rate), keep: 4, patterns: 8 };
    case 'block-punched': return { kind: 'block-punched', rate: Math.min(rate, 8), blockFilters: pick(c, [4, 8, 16]), blockChannels: pick(d, [1, 4, 8]) };
    case 'bcr': {
      const [blockRows, blockColumns] = pick(c, BLOCKS);
      return { kind: 'bcr', rate, blockRows, blockColumns, rowShare: pick(d, ROW_SHARES) };
    }
  }
}

const MAP_SCHEMES = [[15, 'dense'], [50, 'bcr'], [12, 'block-punched'], [13, 'unstructured'], [3, 'filter'], [4, 'channel']] as const;
const WITH_PATTERNS = [...MAP_SCHEMES, [15, 'pattern']] as const;
const VECTOR_SCHEMES = [[18, 'dense'], [62, 'bcr'], [14, 'unstructured'], [3, 'filter'], [3, 'channel']] as const;

/** Narrow for the first layers of networks, and on large maps no wider than `MOST_MACS` allows. */
function sizes(u: readonly number[], kernel: number, widest: number): { readonly side: number; readonly inputs: number; readonly outputs: number } {
  const side = pick(u[0]!, SIDES);
  const [inputs, outputs] = [logBetween(u[1]!, kernel === 1 ? 8 : 3, widest), logBetween(u[2]!, 8, widest)];
  const macs = inputs * outputs * kernel ** 2 * side ** 2;
  const scale = Math.sqrt(Math.min(MOST_MACS, Math.max(LEAST_MACS, macs)) / macs);
  return { side, inputs: channels(inputs * scale), outputs: channels(outputs * scale) };
}

const map = (kernel: number, widest: number, schemes: readonly (readonly [number, Scheme['kind']])[]) => (u: readonly number[]): ConvolutionQuery => {
  const { side, inputs, outputs } = sizes(u, kernel, widest);
  const stride = u[3]! < 0.15 && side < 112 ? 2 : 1;
  return {
    layer: 'convolution', inputs, outputs, groups: 1, kernel: [kernel, kernel], stride: [stride, stride], size: [side, side], batch: 1,
    residual: stride === 1 && u[4]! < 0.2, margin: (u[4]! * 11) % 1 < (kernel === 1 ? 0.4 : 0.8) ? 1 : 0, scheme: scheme(schemes, outputs, inputs * kernel ** 2, kernel ** 2, [u[5]!, u[6]!, u[7]!, u[8]!]),
  };
};

const depthwise = (u: readonly number[]): ConvolutionQuery => {
  const [side, kernel, stride] = [pick(u[0]!, SIDES), u[2]! < 0.8 ? 3 : 5, u[3]! < 0.3 ? 2 : 1];
  const count = channels(Math.min(logBetween(u[1]!, 16, 1024), 2 ** 21 / side ** 2));
  const own = side === 112 ? 1 : stride;
  return { layer: 'convolution', inputs: count, outputs: count, groups: count, kernel: [kernel, kernel], stride: [own, own], size: [side, side], batch: 1, residual: false, margin: 0, scheme: { kind: 'dense' } };
};

const full = (u: readonly number[]): FullQuery => {
  const outputs = Math.round(logBetween(u[1]!, 10, 4096));
  const inputs = Math.round(Math.max(LEAST_WEIGHTS / outputs, logBetween(u[0]!, 32, 4096)));
  const vectors = u[2]! < 0.75 ? 1 : Math.round(logBetween(u[3]!, 2, 64));
  return { layer: 'full', inputs, outputs, vectors, scheme: scheme(VECTOR_SCHEMES, outputs, inputs, 1, [u[5]!, u[6]!, u[7]!, u[8]!]) };
};

const recurrent = (u: readonly number[]): RecurrentQuery => {
  const cell = weighted(u[2]!, [[70, 'gru'], [20, 'lstm'], [10, 'rnn']] as const);
  const [inputs, hidden] = [Math.round(logBetween(u[0]!, 8, 1024)), channels(logBetween(u[1]!, 32, 1024))];
  const most = Math.max(1, Math.min(100, MOST_MACS / (4 * hidden * (inputs + hidden))));
  return {
    layer: 'recurrent', cell, inputs, hidden, steps: Math.max(1, Math.round(logBetween(u[3]!, 1, most))), batch: 1, directions: u[4]! > 0.92 ? 2 : 1,
    resetAfter: cell === 'gru' && (u[4]! * 7) % 1 < 0.5, scheme: scheme(VECTOR_SCHEMES, hidden, inputs, 1, [u[5]!, u[6]!, u[7]!, u[8]!]),
  };
};

const GLUE = ['MaxPool', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalAveragePool', 'Add', 'Mul', 'Relu', 'BatchNormalization', 'Softmax', 'Sigmoid', 'Transpose', 'Slice', 'Pad'] as const;

const glue = (u: readonly number[]): GlueQuery => {
  const operator = pick(u[0]!, GLUE);
  const width = pick(u[3]!, [2, 4, 7, 8, 14, 16, 28, 56]);
  const maps = width ** 2 * Math.max(1, Math.round(logBetween(u[1]!, 64, 2 ** 18) / width ** 2));
  const of = (reads: number, writes: number, window: number = 1, side: number = width): GlueQuery => ({ layer: 'glue', operator, reads, writes, window, width: side });
  switch (operator) {
    case 'MaxPool': case 'AveragePool': return of(4 * maps, maps, u[2]! < 0.6 ? 4 : 9);
    case 'GlobalAveragePool': {
      const [side, count] = [pick(u[2]!, [4, 7, 8, 14]), channels(logBetween(u[1]!, 16, 1280))];
      return of(count * side ** 2, count, side ** 2, 1);
    }
    case 'Slice': return of(4 * maps, maps);
    case 'Pad': return of(maps, 2 * maps);
    case 'Add': case 'Mul': return of(2 * maps, maps);
    case 'Softmax': {
      const classes = Math.round(logBetween(u[1]!, 10, 1000));
      return of(classes, classes, 1, classes);
    }
    case 'Transpose': {
      const [rows, columns] = [Math.round(logBetween(u[1]!, 8, 128)), Math.round(logBetween(u[2]!, 8, 1024))];
      return of(rows * columns, rows * columns, 1, columns);
    }
    default: return of(maps, maps);
  }
};

/** What is measured by default, one row per kind of layer; shares add up to 1. */
export const DESIGN_ROWS: readonly DesignRow[] = [
  { kind: '3x3', share: 0.28, draw: map(3, 512, WITH_PATTERNS) },
  { kind: '1x1', share: 0.22, draw: map(1, 1024, MAP_SCHEMES) },
  { kind: '5x5', share: 0.04, draw: map(5, 128, MAP_SCHEMES) },
  { kind: '7x7', share: 0.03, draw: map(7, 64, MAP_SCHEMES) },
  { kind: 'depthwise', share: 0.09, draw: depthwise },
  { kind: 'full', share: 0.14, draw: full },
  { kind: 'recurrent', share: 0.1, draw: recurrent },
  { kind: 'glue', share: 0.1, draw: glue },
];
