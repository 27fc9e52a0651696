import type { DType, NdArray, NdData } from './contract.js';
import { DTYPES, HOST_ORDER, elementsAt } from './dtype.js';
import { DatasetError, shown } from './error.js';
import { hex } from './gunzip.js';
import { elementCount } from './nd-array.js';
import { parseNpyHeader } from './npy-header.js';

/** `\x93NUMPY` */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy's own default limit. */
const MAX_HEADER = 10_000;

/** One row per format version: bytes of the length field, text encoding. */
const VERSIONS: Readonly<Record<number, { readonly lengthBytes: 2 | 4; readonly encoding: 'latin1' | 'utf-8' }>> = {
  1: { lengthBytes: 2, encoding: 'latin1' },
  2: { lengthBytes: 4, encoding: 'latin1' },
  3: { lengthBytes: 4, encoding: 'utf-8' },
};

/**
 * The array of an NPY file, versions 1.0 to 3.0, either byte order; Fortran order comes back as C order. The data is a
 * view of `bytes` where it can be. Throws `npy.*`, `array.shape`. Source: numpy.lib.format.
 */
export function readNpy(bytes: Uint8Array): NdArray {
  const { text, start, dataStart } = headerText(bytes);
  const header = parseNpyHeader(text, start);
  const { dtype, order } = elementType(header.descr, start);
  const count = elementCount(header.shape);
  const expected = count * DTYPES[dtype].bytes;
  const actual = bytes.length - dataStart;
  if (actual !== expected) {
    throw new DatasetError('npy.size', {
      offset: dataStart, expected: `${expected} bytes for ${dtype} [${header.shape.join(', ')}]`, actual: `${actual}`,
      hint: actual < expected ? 'the file is cut off: write it again' : 'save one array per file',
    });
  }
  const data = elementsAt(bytes, dataStart, count, dtype, order);
  if (dtype === 'bool') checkBooleans(data as Uint8Array, dataStart);
  return { dtype, shape: header.shape, data: header.fortranOrder ? toRowMajor(data, header.shape, dtype) : data };
}

function headerText(bytes: Uint8Array): { readonly text: string; readonly start: number; readonly dataStart: number } {
  if (NPY_MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new DatasetError('npy.magic', {
      offset: 0, expected: hex(Uint8Array.from(NPY_MAGIC)), actual: hex(bytes.subarray(0, 6)),
      hint: 'write the file with numpy.save; an .npz is a ZIP of such files and must be unpacked',
    });
  }
  const truncated = (need: number): DatasetError => new DatasetError('npy.truncated', {
    offset: bytes.length, expected: `${need} bytes`, actual: `${bytes.length}`, hint: 'the file is cut off: write it again',
  });
  if (bytes.length < 8) throw truncated(8);
  const version = VERSIONS[bytes[6]!];
  if (version === undefined || bytes[7] !== 0) {
    throw new DatasetError('npy.version', { offset: 6, expected: '1.0, 2.0 or 3.0', actual: `${bytes[6]}.${bytes[7]}` });
  }
  const start = 8 + version.lengthBytes;
  if (bytes.length < start) throw truncated(start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version.lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER) {
    throw new DatasetError('npy.header-length', { offset: 8, expected: `at most ${MAX_HEADER} bytes`, actual: `${length}` });
  }
  if (bytes.length < start + length) throw truncated(start + length);
  // A broken character becomes U+FFFD, which the header's grammar refuses where it matters.
  return { text: new TextDecoder(version.encoding).decode(bytes.subarray(start, start + length)), start, dataStart: start + length };
}

function elementType(descr: string, offset: number): { readonly dtype: DType; readonly order: '<' | '>' } {
  const order = descr.slice(0, 1);
  const found = (Object.keys(DTYPES) as DType[]).find((name) => DTYPES[name].npy === descr.slice(1));
  if (found === undefined || !(order === '<' || order === '>' || (order === '|' && DTYPES[found].bytes === 1))) {
    throw new DatasetError('npy.dtype', {
      offset, expected: `one of ${Object.keys(DTYPES).join(', ')}`, actual: shown(descr),
      hint: 'convert it first, for example with array.astype(numpy.float32)',
    });
  }
  return { dtype: found, order: order === '|' ? HOST_ORDER : order };
}

function checkBooleans(data: Uint8Array, start: number): void {
  const wrong = data.findIndex((byte) => byte > 1);
  if (wrong >= 0) throw new DatasetError('npy.bool', { offset: start + wrong, expected: '0 or 1', actual: `${data[wrong]}` });
}

/** Column-major elements of `shape` → row-major, in a fresh array. */
function toRowMajor(data: NdData, shape: readonly number[], dtype: DType): NdData {
  if (shape.length < 2 || data.length === 0) return data;
  const out = DTYPES[dtype].view(new ArrayBuffer(data.byteLength), 0, data.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
