import { FretworkError } from '@fretwork/format';
import type { Terminal } from '../contract.js';
import type { CompressRequest } from './contract.js';
import { keyOf, type Folder, type State } from './folder.js';

/** What a stage works with. */
export interface StageContext {
  readonly request: CompressRequest;
  readonly folder: Folder;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** One row of the table of stages. */
export interface Stage {
  readonly name: string;
  /** One sentence. */
  readonly says: string;
  /** Files of OUT that it reads; they come from stages before it. */
  readonly reads: readonly string[];
  /** Files of OUT that it leaves. */
  readonly writes: readonly string[];
  /** The wishes that decide what it does, plain. */
  readonly wishes: (request: CompressRequest) => unknown;
  /** What it came to, in a line. */
  readonly run: (context: StageContext) => Promise<string>;
}

/** The file that users may edit; one stage writes it. */
export const PLAN = 'plan.json';

/**
 * Walks `stages` in order. A stage is left out where it ran before with the same wishes on the same files, and its files are as it
 * left them. A `plan.json` that is not as it was left has been edited by a person: it stays, and what reads it runs again.
 * Throws `compress.plan-edited` where such a plan would be overwritten, and what stages throw.
 */
export async function runStages(stages: readonly Stage[], context: StageContext): Promise<State> {
  const { request, folder, signal, terminal } = context;
  let state = await folder.state();
  for (const [at, stage] of stages.entries()) {
    signal.throwIfAborted();
    const head = `${at + 1}/${stages.length} ${stage.name}`;
    const record = state[stage.name];
    const key = keyOf({ wishes: stage.wishes(request), reads: await hashes(folder, stage.reads) });
    const plan = record?.files[PLAN];
    const edited = plan !== undefined && ![plan, 'missing', undefined].includes(await folder.hash(PLAN));
    if (record?.key === key && await untouched(folder, record.files, edited)) {
      terminal.err(`${head}: ${edited ? `${folder.path(PLAN)} was edited and is obeyed` : `done before: ${record.says}`}\n`);
      continue;
    }
    if (edited) {
      throw new FretworkError('compress.plan-edited', `${folder.path(PLAN)} was edited, and what it was made for has changed since`, {
        hint: `move it and give it with --plan to obey it all the same, or remove it to have it made anew`,
      });
    }
    terminal.err(`${head}: ${stage.says}\n`);
    const started = performance.now();
    const says = await stage.run(context);
    const seconds = Math.round(performance.now() - started) / 1000;
    state = { ...state, [stage.name]: { key, files: await hashes(folder, stage.writes), seconds, says } };
    await folder.keep(state);
    terminal.err(`${' '.repeat(head.length - stage.name.length)}${says} (${seconds.toFixed(1)} s)\n`);
  }
  return state;
}

async function hashes(folder: Folder, names: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of names) found[name] = await folder.hash(name) ?? 'missing';
  return found;
}

async function untouched(folder: Folder, files: Readonly<Record<string, string>>, edited: boolean): Promise<boolean> {
  for (const [name, hash] of Object.entries(files)) {
    if (!(edited && name === PLAN) && await folder.hash(name) !== hash) return false;
  }
  return true;
}
