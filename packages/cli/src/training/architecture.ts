import type { Model } from '@fretwork/format';
import { buildNetwork, NETWORKS, type OptionValue } from '@fretwork/networks';
import { parseNumber, usage } from '../arguments.js';
import type { Arguments, OptionRow } from '../contract.js';

export const ARCHITECTURE_OPTIONS: readonly OptionRow[] = [
  { name: 'arch', value: 'NAME', says: `In place of MODEL: a network built in code, with random weights: ${NETWORKS.map(({ name }) => name).join(', ')}.` },
  { name: 'option', value: 'NAME=VALUE', many: true, says: 'An option of that network, see below.' },
];

export const ARCHITECTURE_NOTES: readonly string[] = [
  'Networks (--arch NAME, --option NAME=VALUE)',
  ...NETWORKS.flatMap(({ name, says, options }) => [`  ${name}: ${says}`, ...options.map((option) => `    ${option.name}=${option.default}: ${option.says}`)]),
];

/** The network that --arch and --option name. Throws `usage.option` and `network.*`. */
export function architecture(args: Arguments, name: string, seed: number): Model {
  const options = args.texts('option').map((text): [string, OptionValue] => {
    const at = text.indexOf('=');
    if (at < 1) throw usage('option', `--option is NAME=VALUE, not ${JSON.stringify(text)}`, args.command);
    const value = text.slice(at + 1);
    const number = parseNumber(value);
    return [text.slice(0, at), Number.isNaN(number) ? value : number];
  });
  return buildNetwork(name, Object.fromEntries(options), seed);
}
