import { EMPTY_LOG, mergeTuningLogs, parseTuningLog, printTuningLog, type TuningLog } from '@fretwork/compiler';
import { FretworkError } from '@fretwork/format';
import { readFile, writeFile } from './files.js';

/** What earlier tuning found; undefined where no file is named, or it is not there yet. */
export async function readLog(path: string | undefined): Promise<TuningLog | undefined> {
  if (path === undefined) return undefined;
  try {
    return parseTuningLog(new TextDecoder().decode(await readFile(path)));
  } catch (error) {
    if (error instanceof FretworkError && error.code === 'path.missing') return undefined;
    throw error;
  }
}

/** Writes what was known and what was found, where a file is named. */
export async function writeLog(path: string | undefined, known: TuningLog | undefined, found: TuningLog): Promise<void> {
  if (path !== undefined) await writeFile(path, printTuningLog(mergeTuningLogs(known ?? EMPTY_LOG, found)));
}
