import { FretworkError } from '@fretwork/format';
import { isUsageError, parseArguments, usage } from './arguments.js';
import { COMMANDS } from './commands.js';
import { EXIT, type Terminal } from './contract.js';
import { helpOf, helpOfAll } from './help.js';
import { VERSION } from './version.js';

/** Runs `fretwork` with `argv` (without node and script) and returns the exit code; never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    if (error instanceof FretworkError) {
      terminal.err(`fretwork: ${error.message}\n`);
      return isUsageError(error) ? EXIT.usage : error.code === 'run.stopped' ? EXIT.stopped : EXIT.input;
    }
    if (isErrorWithCode(error)) {
      terminal.err(`fretwork: ${error.message}\n`);
      return error.code.startsWith('spec.') ? EXIT.usage : EXIT.input;
    }
    terminal.err(`fretwork: this is a defect of fretwork, please report it\n${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT.defect;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const about = name === 'help' ? COMMANDS.find((c) => c.name === rest[0]) : undefined;
    const text = about === undefined ? helpOfAll(COMMANDS, VERSION) : helpOf(about);
    (name === undefined ? terminal.err : terminal.out)(text);
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version') {
    terminal.out(`${VERSION}\n`);
    return EXIT.ok;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (command === undefined) throw usage('command', `there is no command ${JSON.stringify(name)}`);
  const args = parseArguments(command, rest);
  if (args.flag('help')) {
    terminal.out(helpOf(command));
    return EXIT.ok;
  }
  return command.run(args, terminal);
}

/** Errors of packages that have classes of their own (`DatasetError`): a stable code and a message made for people. */
const isErrorWithCode = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && /^[a-z]+(\.[a-z-]+)+$/.test(String((error as { code?: unknown }).code));
