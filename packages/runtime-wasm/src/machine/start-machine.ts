import type { ThreadReport } from '../contract.js';
import type { ChosenLevel } from './choose-level.js';
import { javascriptMachine } from './javascript.js';
import type { Machine } from './machine.js';
import { chooseThreads } from './threads/choose-threads.js';
import { threadedMachine, wasmMachine } from './wasm.js';

export interface MachineRequest {
  readonly level: ChosenLevel;
  readonly threads: number | 'auto';
  readonly bytes: number;
  readonly limitBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** A machine of `level` with as many threads as asked for; where the host refuses them with one, and `threads` says why. */
export async function startMachine({ level, threads: wanted, bytes, limitBytes, signal }: MachineRequest): Promise<{ readonly machine: Machine; readonly threads: ThreadReport }> {
  const threads = chooseThreads(wanted, level.level);
  if (level.module === undefined || level.level === 'javascript') return { machine: javascriptMachine(bytes), threads };
  if (threads.count === 1) return { machine: await wasmMachine(level.module, bytes, limitBytes), threads };
  const started = await threadedMachine({ level: level.level, tiles: level.tiles }, threads.count, bytes, limitBytes, signal);
  if (started.ok) return { machine: started.machine, threads };
  return { machine: await wasmMachine(level.module, bytes, limitBytes), threads: { count: 1, why: started.reason } };
}
