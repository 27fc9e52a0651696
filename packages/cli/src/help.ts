import { COMMON } from './arguments.js';
import type { Command, OptionRow } from './contract.js';
import { EXIT } from './contract.js';

const left = (row: OptionRow): string =>
  `${row.short === undefined ? '' : `-${row.short}, `}--${row.name}${row.value === undefined ? '' : ` ${row.value}`}${row.many === true ? ' …' : ''}`;

export function helpOf(command: Command): string {
  const rows = [...command.options, ...COMMON];
  const width = Math.max(...rows.map((row) => left(row).length));
  return [
    command.says,
    '',
    `  fretwork ${[command.name, ...command.operands, '[options]'].join(' ')}`,
    '',
    'Options',
    ...rows.map((row) => `  ${left(row).padEnd(width)}  ${row.says}`),
    '',
    command.examples.length === 1 ? 'Example' : 'Examples',
    ...command.examples.map((example) => `  ${example}`),
    ...(command.notes === undefined ? [] : ['', ...command.notes]),
    '',
  ].join('\n');
}

export function helpOfAll(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map((c) => c.name.length));
  return [
    `fretwork ${version}: makes neural networks faster by cutting weights.`,
    '',
    '  fretwork COMMAND [options]',
    '',
    ...commands.map((c) => `  ${c.name.padEnd(width)}  ${c.says}`),
    '',
    'fretwork COMMAND --help shows options and an example; fretwork --version prints the version.',
    `Exit codes: ${EXIT.ok} done, ${EXIT.no} the answer is no, ${EXIT.usage} wrong command line, ${EXIT.input} wrong or missing file, ${EXIT.defect} a defect of fretwork.`,
    '',
  ].join('\n');
}
