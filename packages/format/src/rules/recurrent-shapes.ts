import type { Outline } from '../container/outline.js';
import type { Layer } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import { differ, intOf, misfit, textOf, type KnownShape, type Shapes } from './shapes.js';

const GATES: Readonly<Record<string, number>> = { GRU: 3, LSTM: 4, RNN: 1 };

/**
 * With D directions, G gates, hidden size H and input size I: X `[…, …, I]`, W `[D, G·H, I]`, R `[D, G·H, H]`,
 * B `[D, 2·G·H]` and, of an LSTM, P `[D, 3·H]` (ONNX GRU, LSTM, RNN).
 */
export function recurrentFault(layer: Outline<Layer>, shapes: Shapes): ErrorDetails | undefined {
  const gates = GATES[layer.operator]!;
  const directions = textOf(layer, 'direction') === 'bidirectional' ? 2 : 1;
  const recurrence = shapes(layer, 2);
  const hidden = recurrence?.[2] ?? (layer.attributes.has('hidden_size') ? intOf(layer, 'hidden_size', 0) : undefined);
  const stacked = (factor: number): number | undefined => (hidden === undefined ? undefined : factor * hidden);
  const inputSize = shapes(layer, 0)?.[2];
  const expected: readonly (readonly [string, number, KnownShape])[] = [
    ['X', 0, [undefined, undefined, undefined]],
    ['W', 1, [directions, stacked(gates), inputSize]],
    ['R', 2, [directions, stacked(gates), layer.attributes.has('hidden_size') ? intOf(layer, 'hidden_size', 0) : undefined]],
    ['B', 3, [directions, stacked(2 * gates)]],
    ...(layer.operator === 'LSTM' ? [['P', 7, [directions, stacked(3)]] as const] : []),
  ];
  for (const [name, at, shape] of expected) {
    const found = shapes(layer, at);
    if (found === undefined) continue;
    if (found.length !== shape.length || found.some((size, i) => differ(size, shape[i]))) {
      return misfit(name, `[${shape.map((size) => size ?? '?').join(', ')}]`, found);
    }
  }
  return undefined;
}
