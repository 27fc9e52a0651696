import { DatasetError } from '../error.js';
import { hex } from '../gunzip.js';

export interface ImageHeader {
  readonly format: 'jpeg' | 'png';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Format and size of an image, from its first bytes and before anything is decoded. Throws `image.format` on anything
 * but JPEG and PNG, `image.header` where the size is missing or 0. Sources: ITU-T T.81 B.2, PNG (third edition) 11.2.1.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader {
  if (PNG_MAGIC.every((byte, i) => bytes[i] === byte)) return png(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(bytes);
  throw new DatasetError('image.format', { offset: 0, expected: 'a JPEG or PNG image', actual: hex(bytes.subarray(0, 8)) });
}

function png(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49484452) throw broken(8, 'the chunk IHDR');
  return sized('png', view.getUint32(16), view.getUint32(20), 16);
}

/** Walks the marker segments up to the frame header. */
function jpeg(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw broken(at, 'a marker');
    const marker = bytes[at + 1]!;
    // Fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw broken(at + 2, 'a segment within the file');
    // c0 … cf are frame headers, but for the tables c4 (Huffman), c8 (reserved) and cc (arithmetic).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (length < 8) throw broken(at + 2, 'a frame header');
      return sized('jpeg', view.getUint16(at + 7), view.getUint16(at + 5), at + 5);
    }
    if (marker === 0xda || marker === 0xd9) break;
    at += 2 + length;
  }
  throw broken(bytes.length, 'a frame header');
}

function sized(format: ImageHeader['format'], width: number, height: number, offset: number): ImageHeader {
  if (width < 1 || height < 1) throw broken(offset, 'a size from 1x1');
  return { format, width, height };
}

const broken = (offset: number, expected: string): DatasetError => new DatasetError('image.header', { offset, expected });
