import { parseArgs } from 'node:util';
import { FretworkError } from '@fretwork/format';
import type { Arguments, Command, OptionRow } from './contract.js';

/** Every command understands these. */
export const COMMON: readonly OptionRow[] = [{ name: 'help', short: 'h', says: 'Print this help.' }];

export const isUsageError = (error: unknown): boolean => error instanceof FretworkError && error.code.startsWith('usage.');

export function usage(code: string, says: string, command?: string): FretworkError {
  return new FretworkError(`usage.${code}`, says, { hint: command === undefined ? 'fretwork --help lists the commands' : `fretwork ${command} --help shows its options` });
}

/** Parses what follows the command's name. Throws `usage.*`. */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const rows = [...command.options, ...COMMON];
  const options: Record<string, { type: 'string' | 'boolean'; multiple: boolean; short?: string }> = {};
  for (const row of rows) {
    options[row.name] = { type: row.value === undefined ? 'boolean' : 'string', multiple: row.many ?? false, ...(row.short === undefined ? {} : { short: row.short }) };
  }
  let parsed: { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usage('option', (error as Error).message, command.name);
  }
  const { values, positionals } = parsed;
  if (values['help'] !== true) checkOperands(command, positionals);
  return {
    positionals,
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    texts: (name) => {
      const found = values[name];
      return Array.isArray(found) ? found.map(String) : typeof found === 'string' ? [found] : [];
    },
  };
}

function checkOperands(command: Command, positionals: readonly string[]): void {
  const needed = command.operands.filter((o) => !o.startsWith('['));
  const open = command.operands.some((o) => o.endsWith('…') || o.endsWith('…]'));
  if (positionals.length < needed.length) throw usage('operand', `${command.name} needs ${needed.slice(positionals.length).join(' ')}`, command.name);
  if (!open && positionals.length > command.operands.length) {
    throw usage('operand', `${command.name} does not know what to do with ${JSON.stringify(positionals[command.operands.length])}`, command.name);
  }
}

/** `--rate 10`: a finite number within the bounds. Throws `usage.number`. */
export function numberOption(args: Arguments, name: string, bounds: { readonly least: number; readonly most: number }): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = parseNumber(text);
  if (!(value >= bounds.least && value <= bounds.most)) {
    throw usage('number', `--${name} must be a number from ${bounds.least} to ${bounds.most === Infinity ? 'any size' : bounds.most}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** `0.5`, `1e-3` or a fraction, `1/255`; NaN where it is none of them. */
export function parseNumber(text: string): number {
  const fraction = /^([^/]+)\/([^/]+)$/.exec(text);
  if (fraction !== null) return parseNumber(fraction[1]!) / parseNumber(fraction[2]!);
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : NaN;
}

/** `--mean 0.485,0.456,0.406`. Throws `usage.number`. */
export function numbersOption(args: Arguments, name: string): readonly number[] | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const values = text.split(',').map(parseNumber);
  if (values.some((v) => !Number.isFinite(v))) throw usage('number', `--${name} must be numbers divided by commas, not ${JSON.stringify(text)}`);
  return values;
}
