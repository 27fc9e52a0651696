import { FretworkError } from '@fretwork/format';
import { readFile, removeFile, writeFile } from '../files.js';
import { sortedJson } from './sorted-json.js';

/** A checkpoint on disk: one line of JSON that says what it belongs to, then the bytes of the trainer or the method. */
export interface CheckpointFile {
  /** Throws `checkpoint.other`, `checkpoint.damaged` and `path.*`. */
  read(): Promise<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

/** `belongs`: all that decides what the run does, as a plain record. */
export function checkpointFile(path: string, belongs: unknown): CheckpointFile {
  const line = `fretwork checkpoint ${sortedJson(belongs)}\n`;
  return {
    read: async () => {
      const bytes = await readFile(path);
      const end = bytes.indexOf(10);
      const found = new TextDecoder().decode(bytes.subarray(0, end + 1));
      if (end < 0 || !found.startsWith('fretwork checkpoint ')) throw new FretworkError('checkpoint.damaged', `${path}: this is no checkpoint`, { hint: 'start over without --resume' });
      if (found !== line) throw new FretworkError('checkpoint.other', `${path}: this checkpoint belongs to another run`, { hint: 'resume with the options and files it was made with, or start over without --resume' });
      return bytes.slice(end + 1);
    },
    write: (bytes) => writeFile(path, Buffer.concat([Buffer.from(line), bytes])),
    remove: () => removeFile(path),
  };
}
