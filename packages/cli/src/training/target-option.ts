import type { Target } from '@fretwork/pruner';
import { parseNumber, usage } from '../arguments.js';
import type { Arguments, OptionRow } from '../contract.js';

const KINDS = ['rate', 'macs', 'bytes', 'max-drop'] as const;

/** What the whole model is to reach, in place of --rate. `max-drop` is evaluated by whoever searches. */
export interface ModelTarget {
  readonly kind: (typeof KINDS)[number];
  readonly value: number;
}

export const TARGET_OPTION: OptionRow = {
  name: 'target', value: 'KIND=N',
  says: 'In place of --rate: rate=N over all weights of the model, macs=N or bytes=N at most, or max-drop=0.01: the highest rate that loses no more accuracy on the --holdout samples.',
};

/** Throws `usage.target`. */
export function targetOption(args: Arguments): ModelTarget | undefined {
  const text = args.text('target');
  if (text === undefined) return undefined;
  const [name, number = '', ...more] = text.split('=');
  const kind = KINDS.find((one) => one === name);
  const value = parseNumber(number);
  if (kind === undefined || more.length > 0 || !(value >= 0 && value < Infinity)) throw usage('target', `--target takes ${KINDS.map((one) => `${one}=N`).join(', ')}, not ${JSON.stringify(text)}`, args.command);
  if (args.text('rate') !== undefined) throw usage('target', '--target finds the rate: leave --rate out', args.command);
  return { kind, value };
}

/** As the pruner knows it; `max-drop` apart. */
export const structural = ({ kind, value }: ModelTarget): Target | undefined =>
  (kind === 'rate' ? { rate: value } : kind === 'macs' ? { macs: value } : kind === 'bytes' ? { bytes: value } : undefined);
