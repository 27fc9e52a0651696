import { attribute } from '@fretwork/format';
import type { Call } from './call.js';

/** Axes that a Reduce layer makes one number of; counted from 0. */
export function reducedAxes(call: Call): readonly number[] {
  const rank = call.shape(0).length;
  const given = call.has(1) ? call.numbers(1)! : attribute(call.layer, 'axes', 'ints', []);
  if (given.length > 0) return given.map((axis) => (axis < 0 ? axis + rank : axis));
  return attribute(call.layer, 'noop_with_empty_axes', 'int', 0) === 0 ? Array.from({ length: rank }, (_, d) => d) : [];
}
