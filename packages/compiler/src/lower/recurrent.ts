import { attribute } from '@fretwork/format';
import type { Support } from '../backend.js';
import type { Call } from './call.js';
import { OK, refuse } from './support.js';

const GATES: Readonly<Record<string, number>> = { GRU: 3, LSTM: 4, RNN: 1 };
const DEFAULTS: Readonly<Record<string, readonly string[]>> = { GRU: ['sigmoid', 'tanh'], LSTM: ['sigmoid', 'tanh', 'tanh'], RNN: ['tanh'] };

export interface Recurrent {
  readonly gates: number;
  readonly directions: number;
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly resetLast: boolean;
}

/** What `call`, a GRU, LSTM or RNN, computes. */
export function recurrentOf(call: Call): Recurrent {
  const [steps, batch, inputs] = call.shape(0) as [number, number, number];
  const [directions, , hidden] = call.shape(2) as [number, number, number];
  return {
    gates: GATES[call.layer.operator]!, directions, steps, batch, inputs, hidden,
    resetLast: call.layer.operator === 'GRU' && attribute(call.layer, 'linear_before_reset', 'int', 0) !== 0,
  };
}

/** Gates of the recurrent half that share their vector: of a GRU, gate n stands apart. */
export const recurrentParts = ({ gates }: Recurrent, operator: string): readonly (readonly [number, number])[] => (operator === 'GRU' ? [[0, 2], [2, 3]] : [[0, gates]]);

/** Biases of the input half, with those of the recurrent half that may be added to them; and that of gate n, which a late reset applies to. */
export function biasesOf(call: Call, r: Recurrent, d: number): { readonly input: Float32Array; readonly late: Float32Array } {
  const rows = r.gates * r.hidden;
  const all = call.has(3) ? call.numbers(3)! : undefined;
  const at = (i: number): number => all?.[d * 2 * rows + i] ?? 0;
  const isLate = (i: number): boolean => r.resetLast && i >= 2 * r.hidden;
  return {
    input: Float32Array.from({ length: rows }, (_, i) => at(i) + (isLate(i) ? 0 : at(rows + i))),
    late: Float32Array.from({ length: r.hidden }, (_, i) => at(rows + 2 * r.hidden + i)),
  };
}

/** What recurrent layers must be to be lowered. */
export function plainRecurrence(call: Call): Support {
  const { layer } = call;
  if (call.matrices(1) === undefined || call.matrices(2) === undefined) return refuse('its weights are no float32 constants', 'code has its weights built in: make them constants');
  if (call.has(3) && call.numbers(3) === undefined) return refuse('its bias is computed', 'make it a constant');
  if (call.has(4)) return refuse('lengths of sequences (input 4) are not compiled', 'give sequences of one length');
  if (call.has(7)) return refuse('peepholes (input 7) are not compiled', 'use a cell without them');
  const own = attribute(layer, 'activations', 'strings', undefined)?.map((name) => name.toLowerCase());
  const wanted = DEFAULTS[layer.operator]!;
  if (own?.some((name, i) => name !== wanted[i % wanted.length]) === true) return refuse(`activations ${own.join(', ')} are not compiled`, `use ${wanted.join(', ')}`);
  const odd = ['clip', 'layout', 'input_forget'].find((name) => attributeNumber(call, name) !== 0);
  return odd === undefined ? OK : refuse(`attribute ${odd} is not compiled`, 'leave it out');
}

function attributeNumber(call: Call, name: string): number {
  const found = call.layer.attributes.get(name);
  return found !== undefined && (found.type === 'int' || found.type === 'float') ? found.value : 0;
}
