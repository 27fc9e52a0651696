import { crc32, deflateRawSync } from 'node:zlib';
import { ascii, concat, little } from './forge.js';

/** A file of a forged archive; each field beyond the first two breaks something. */
export interface ZipFile {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  readonly localName?: string;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly offset?: number;
}

export interface ZipEnd {
  readonly count?: number;
  readonly size?: number;
  readonly start?: number;
  readonly disk?: number;
  readonly comment?: string;
}

export const zip = (...files: readonly ZipFile[]): Uint8Array => zipWith({}, files);

export function zipWith(end: ZipEnd, files: readonly ZipFile[]): Uint8Array {
  let locals = new Uint8Array(0);
  let directory = new Uint8Array(0);
  for (const file of files) {
    const packed = file.deflate === true ? new Uint8Array(deflateRawSync(file.data)) : file.data;
    const method = file.method ?? (file.deflate === true ? 8 : 0);
    const fields = (name: string): Uint8Array => concat(
      little(20, 2), little(file.flags ?? 0, 2), little(method, 2), little(0, 4), little(file.crc ?? crc32(file.data), 4),
      little(file.packedSize ?? packed.length, 4), little(file.size ?? file.data.length, 4), little(name.length, 2), little(0, 2),
    );
    const local = file.localName ?? file.name;
    directory = concat(directory, ascii('PK\x01\x02'), little(20, 2), fields(file.name), little(0, 2 + 2 + 2 + 4), little(file.offset ?? locals.length, 4), ascii(file.name)) as typeof directory;
    locals = concat(locals, ascii('PK\x03\x04'), fields(local), ascii(local), packed) as typeof locals;
  }
  const comment = ascii(end.comment ?? '');
  return concat(
    locals, directory, ascii('PK\x05\x06'), little(end.disk ?? 0, 2), little(0, 2), little(end.count ?? files.length, 2), little(end.count ?? files.length, 2),
    little(end.size ?? directory.length, 4), little(end.start ?? locals.length, 4), little(comment.length, 2), comment,
  );
}
