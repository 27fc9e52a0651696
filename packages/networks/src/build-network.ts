import { FretworkError, quote, type Model } from '@fretwork/format';
import type { NetworkOption, NetworkOptions, NetworkRow, OptionValue } from './contract.js';
import { NETWORKS } from './table.js';

/** The network of that name with its random weights. Throws `network.name`, `network.option`, `network.size`. */
export function buildNetwork(name: string, options: Readonly<Record<string, OptionValue>> = {}, seed = 0): Model {
  const row = NETWORKS.find((one) => one.name === name);
  if (row === undefined) {
    throw new FretworkError('network.name', 'there is no network of this name', { expected: NETWORKS.map((one) => one.name).join(' | '), actual: quote(name), hint: 'other networks come as ONNX files' });
  }
  return row.build(checked(row, options), seed);
}

function checked(row: NetworkRow, given: Readonly<Record<string, OptionValue>>): NetworkOptions {
  const known = row.options.map((option) => option.name);
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other !== undefined) throw new FretworkError('network.option', `${row.name} has no option ${quote(other)}`, { expected: known.join(', ') });
  const values = new Map(row.options.map((option) => [option.name, valueOf(row, option, given[option.name] ?? option.default)]));
  const get = (name: string): OptionValue => {
    const value = values.get(name);
    if (value === undefined) throw new FretworkError('network.option', `${row.name} reads an option that it does not have: ${quote(name)}`);
    return value;
  };
  return { number: (name) => get(name) as number, text: (name) => get(name) as string };
}

function valueOf(row: NetworkRow, option: NetworkOption, value: OptionValue): OptionValue {
  const bad = (expected: string): FretworkError => new FretworkError('network.option', `option ${option.name} of ${row.name} has no such value`, { expected, actual: quote(String(value)) });
  if (option.choices !== undefined) {
    if (!option.choices.includes(String(value))) throw bad(option.choices.join(' | '));
    return value;
  }
  const { least, most, fraction } = option;
  if (typeof value !== 'number' || !(value >= least && value <= most) || (fraction !== true && !Number.isInteger(value))) {
    throw bad(`a ${fraction === true ? 'number' : 'whole number'} from ${least} to ${most}`);
  }
  return value;
}
