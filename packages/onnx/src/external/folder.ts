import { FretworkError, quote } from '@fretwork/format';
import type { ExternalData } from '../contract.js';

/** What of an opened or listed file is looked at. */
export interface FileStatus {
  readonly size: number;
  readonly nlink: number;
  readonly dev: number;
  readonly ino: number;
  isFile(): boolean;
}

/** The part of `node:fs` that is needed; `externalDataFrom(fs, folder)` takes the module as it is. */
export interface FolderFileSystem {
  realpathSync(path: string): string;
  lstatSync(path: string): FileStatus;
  openSync(path: string, flags: number): number;
  fstatSync(file: number): FileStatus;
  readSync(file: number, into: Uint8Array, at: number, length: number, position: number): number;
  closeSync(file: number): void;
  readonly constants: { readonly O_RDONLY: number; readonly O_NOFOLLOW?: number };
}

/**
 * External data out of `folder` and nowhere else. A location is followed only if its real path is the plain one, so
 * that no symbolic link takes part; a file with a second name (a hard link) is refused; after opening, the file is
 * compared with the one that was judged. Offset and length are checked against its size before anything is allocated.
 * Throws `onnx.external-escape`, `onnx.external-range`, `onnx.external-missing`.
 */
export function externalDataFrom(fs: FolderFileSystem, folder: string): ExternalData {
  return (location, offset, length) => {
    const { path, status } = judge(fs, folder, location);
    if (length > status.size || offset > status.size - length) {
      throw new FretworkError('onnx.external-range', `external data ${quote(location)} is shorter than the model says`, {
        expected: `${offset} + ${length} bytes`, actual: `${status.size}`, hint: 'the file is cut off or of another model',
      });
    }
    const file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      const opened = fs.fstatSync(file);
      if (opened.dev !== status.dev || opened.ino !== status.ino) throw escape(location, 'it was replaced while it was opened');
      const bytes = new Uint8Array(length);
      for (let got = 0; got < length;) {
        const more = fs.readSync(file, bytes, got, length - got, offset + got);
        if (more === 0) throw new FretworkError('onnx.external-range', `external data ${quote(location)} ended while it was read`);
        got += more;
      }
      return bytes;
    } finally {
      fs.closeSync(file);
    }
  };
}

function judge(fs: FolderFileSystem, folder: string, location: string): { path: string; status: FileStatus } {
  let path: string;
  let real: string;
  let status: FileStatus;
  try {
    path = `${fs.realpathSync(folder).replace(/[/\\]$/, '')}/${location}`;
    real = fs.realpathSync(path);
    status = fs.lstatSync(path);
  } catch (cause) {
    throw new FretworkError('onnx.external-missing', `external data ${quote(location)} cannot be reached`, {
      cause, hint: 'put the file beside the model, under the name the model gives it',
    });
  }
  if (location.split('/').includes('..') || withSlashes(real) !== withSlashes(path)) throw escape(location, 'a symbolic link takes part in its path');
  if (!status.isFile()) throw escape(location, 'it is not a plain file');
  if (status.nlink !== 1) throw escape(location, 'it is a hard link: the file has another name as well');
  return { path, status };
}

/** Windows gives real paths with backslashes; on other systems a backslash is a letter like any other. */
const withSlashes = (path: string): string => (path.startsWith('/') ? path : path.replaceAll('\\', '/'));

const escape = (location: string, why: string): FretworkError =>
  new FretworkError('onnx.external-escape', `external data ${quote(location)} is refused: ${why}`, {
    hint: 'external data has to be a plain file in the folder of the model',
  });
