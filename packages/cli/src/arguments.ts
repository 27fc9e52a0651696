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
  const { words, spare } = spreadValues(command, argv);
  let parsed: { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] };
  try {
    const parse = (args: readonly string[]): typeof parsed => parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    parsed = parse([...words, ...spare.flatMap(({ option, value }) => [option, value])]);
    // `prune --skip a b MODEL`: what the operands lack was no value.
    const lacking = neededOperands(command).length - parsed.positionals.length;
    if (lacking > 0 && lacking <= spare.length) {
      const kept = spare.slice(0, spare.length - lacking);
      parsed = parse([...words, ...kept.flatMap(({ option, value }) => [option, value]), ...spare.slice(-lacking).map(({ value }) => value)]);
    }
  } catch (error) {
    throw usage('option', (error as Error).message, command.name);
  }
  const { values, positionals } = parsed;
  if (values['help'] !== true) checkOperands(command, positionals);
  return {
    command: command.name,
    words: argv,
    positionals,
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    texts: (name) => {
      const found = values[name];
      return Array.isArray(found) ? found.map(String) : typeof found === 'string' ? [found] : [];
    },
  };
}

/** `--skip a b c` is `--skip a --skip b --skip c`: the words after the first value, apart, since one of them may be an operand. */
function spreadValues(command: Command, argv: readonly string[]): { readonly words: readonly string[]; readonly spare: readonly { readonly option: string; readonly value: string }[] } {
  const many = new Set(command.options.filter((row) => row.many === true).flatMap((row) => [`--${row.name}`, ...(row.short === undefined ? [] : [`-${row.short}`])]));
  const words: string[] = [];
  const spare: { option: string; value: string }[] = [];
  for (let i = 0; i < argv.length; i++) {
    const option = argv[i]!;
    if (option === '--') return { words: [...words, ...argv.slice(i)], spare };
    words.push(option);
    if (!many.has(option) || i + 1 >= argv.length) continue;
    words.push(argv[++i]!);
    while (i + 1 < argv.length && !argv[i + 1]!.startsWith('-')) spare.push({ option, value: argv[++i]! });
  }
  return { words, spare };
}

const neededOperands = (command: Command): readonly string[] => command.operands.filter((operand) => !operand.startsWith('['));

function checkOperands(command: Command, positionals: readonly string[]): void {
  const needed = neededOperands(command);
  const open = command.operands.some((o) => o.endsWith('…') || o.endsWith('…]'));
  if (positionals.length < needed.length) throw usage('operand', `${command.name} needs ${needed.slice(positionals.length).join(' ')}`, command.name);
  if (!open && positionals.length > command.operands.length) {
    throw usage('operand', `${command.name} does not know what to do with ${JSON.stringify(positionals[command.operands.length])}`, command.name);
  }
}

export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** `--rate 10`: a finite number within the bounds. Throws `usage.number`. */
export function numberOption(args: Arguments, name: string, bounds: Bounds): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = parseNumber(text);
  if (!(value >= bounds.least && value <= bounds.most) || (bounds.whole === true && !Number.isInteger(value))) {
    const range = bounds.most === Infinity ? `of at least ${bounds.least}` : `from ${bounds.least} to ${bounds.most}`;
    throw usage('number', `--${name} must be a ${bounds.whole === true ? 'whole number' : 'number'} ${range}, not ${JSON.stringify(text)}`, args.command);
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
  if (values.some((v) => !Number.isFinite(v))) throw usage('number', `--${name} must be numbers divided by commas, not ${JSON.stringify(text)}`, args.command);
  return values;
}
