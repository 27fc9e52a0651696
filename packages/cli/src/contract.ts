/**
 * The contract of the command line: what a command is, and what it may touch.
 *
 * What it is. `fretwork` is a table of commands (`commands.ts`), one row each; help, dispatch and the README read the
 * same table. A command gets its parsed arguments and a `Terminal`, does its work through the packages, and returns an
 * exit code.
 *
 * What it is not. No logic of its own: whatever a command computes, a package offers as a function. It never prompts,
 * and touches the network only where its name says so (`data fetch`).
 *
 * Output. The result goes to standard output, as a table for people or, with `--json`, as one JSON document; progress
 * and errors go to standard error.
 *
 * Ctrl-C. Ends the process at once (shells report 130): most work here is one synchronous computation that no handler
 * could interrupt, and files are written beside their name and renamed, so none is left half-written. Commands that train
 * stop after the step at hand instead and say how to go on; a second Ctrl-C ends them at once.
 *
 * What is thrown. Whatever the packages throw: `main` prints it and turns it into an exit code.
 */

/** Exit codes that scripts can use. */
export const EXIT = {
  ok: 0,
  /** The command worked and its answer is no: a rule is broken, a case failed. */
  no: 1,
  /** The command line was wrong. */
  usage: 2,
  /** A file is missing, broken or cannot be written, or the model cannot be handled. */
  input: 3,
  /** A defect of Fretwork itself. */
  defect: 70,
  /** Stopped by Ctrl-C, as shells say it. */
  stopped: 130,
} as const;

/** Where a command writes. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in help; left out: a flag. */
  readonly value?: string;
  /** May be given more than once. */
  readonly many?: boolean;
  readonly says: string;
}

/** Parsed arguments. Options are looked up by name; the parser has refused all others. */
export interface Arguments {
  /** Name of the command, for hints. */
  readonly command: string;
  /** All words after the command's name, as they were given. */
  readonly words: readonly string[];
  readonly positionals: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
}

export interface Command {
  readonly name: string;
  /** One sentence. */
  readonly says: string;
  /** Positional arguments as help shows them; `…` at the end: one or more; in brackets: may be left out. */
  readonly operands: readonly string[];
  readonly options: readonly OptionRow[];
  readonly examples: readonly string[];
  /** More help: formats, exit codes. */
  readonly notes?: readonly string[];
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}
