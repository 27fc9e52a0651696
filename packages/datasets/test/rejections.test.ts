import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  DATASET_ERRORS, DatasetError, gunzip, labelsOf, loadDataset, ndArray, normalise, parseDataSpec, readCifar10, readCifar100,
  readF32, readIdx, readNpy, readUstar, shapes, writeNpy, type DatasetErrorCode, type NdArray,
} from '@fretwork/datasets';
import { ascii, concat, idx, npy, tar, tarEntry } from './forge.js';

const HEADER = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }";
const DATA = [1, 0, 2, 0];
const gz = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
const zipped = gz(Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251));
const f32 = (shape: readonly number[]): NdArray => ndArray('f32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
const image = new Uint8Array(3072);
const load = (spec: string, files: Readonly<Record<string, Uint8Array>>): Promise<unknown> => loadDataset(spec, { readFile: async (path) => files[path]! });
const header = (text: string): (() => NdArray) => () => readNpy(npy(text, DATA));

/** One row per refusal: the code, what is broken, the call. Every code of DATASET_ERRORS must be here. */
const REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['array.shape', 'a fraction of an element', () => ndArray('u8', [1.5], new Uint8Array(1))],
  ['array.shape', 'a negative axis', () => ndArray('u8', [-1], new Uint8Array(1))],
  ['array.shape', '65 axes', () => ndArray('u8', new Array<number>(65).fill(1), new Uint8Array(1))],
  ['array.shape', 'a product past 2^53 in NPY', header("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }")],
  ['array.shape', 'a product past 2^53 hidden by a zero', header("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296), }")],
  ['array.shape', 'a product past 2^53 in IDX', () => readIdx(idx([0xffffffff, 0xffffffff], []))],
  ['array.length', 'too few elements', () => ndArray('u8', [2, 2], new Uint8Array(3))],
  ['array.length', 'elements of another size', () => writeNpy({ dtype: 'f32', shape: [2], data: new Uint8Array(2) })],

  ['cifar.size', 'half a record', () => readCifar10(new Uint8Array(1500))],
  ['cifar.label', 'class 10 of CIFAR-10', () => readCifar10(concat([10], image))],
  ['cifar.label', 'superclass 20', () => readCifar100(concat([20, 0], image))],
  ['cifar.label', 'class 100', () => readCifar100(concat([19, 100], image))],

  ['dataset.count', 'more labels than inputs', () => load('idx:x,y', { x: idx([1, 2, 2], [1, 2, 3, 4]), y: idx([2], [0, 1]) })],
  ['dataset.scalar', 'one lone number as inputs', () => load('npy:x,y', { x: writeNpy(f32([])), y: writeNpy(ndArray('i32', [1], new Int32Array(1))) })],

  ['gzip.magic', 'plain bytes', () => gunzip(ascii('plain'))],
  ['gzip.magic', 'nothing', () => gunzip(new Uint8Array(0))],
  ['gzip.corrupt', 'a cut in the data', () => gunzip(zipped.slice(0, -20))],
  ['gzip.corrupt', 'a cut in the checksum', () => gunzip(zipped.slice(0, -3))],
  ['gzip.corrupt', 'a cut in the header', () => gunzip(zipped.slice(0, 4))],
  ['gzip.corrupt', 'a wrong checksum', () => gunzip(zipped.map((byte, i) => (i === zipped.length - 6 ? byte ^ 1 : byte)))],
  ['gzip.corrupt', 'something behind the end', () => gunzip(concat(zipped, [1, 2, 3]))],
  ['gzip.limit', 'a bomb', () => gunzip(gz(new Uint8Array(20_000_000)), { limit: 1_000_000 })],
  ['gzip.limit', 'one byte too many', () => gunzip(zipped, { limit: 4999 })],

  ['idx.truncated', 'three bytes', () => readIdx(Uint8Array.of(0, 0, 8))],
  ['idx.truncated', 'an axis cut off', () => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0))],
  ['idx.magic', 'another format', () => readIdx(ascii('\x1f\x8b..'))],
  ['idx.type', 'type 0x0a', () => readIdx(idx([1], [0], 0x0a))],
  ['idx.size', 'too little data', () => readIdx(idx([3], [1, 2]))],
  ['idx.size', 'too much data', () => readIdx(idx([3], [1, 2, 3, 4]))],
  ['idx.size', '4 GiB declared', () => readIdx(idx([0xffffffff], []))],

  ['labels.dtype', 'floats', () => labelsOf(f32([3]))],
  ['labels.shape', 'one-hot rows', () => labelsOf(ndArray('u8', [2, 3], new Uint8Array(6)))],
  ['labels.shape', 'a lone number', () => labelsOf(ndArray('u8', [], new Uint8Array(1)))],
  ['labels.range', 'a negative label', () => labelsOf(ndArray('i64', [1], BigInt64Array.of(-1n)))],
  ['labels.range', 'a label past int32', () => labelsOf(ndArray('u32', [1], Uint32Array.of(0x80000000)))],

  ['normalise.channels', 'three means for one channel', () => normalise(f32([1, 1, 2, 2]), { mean: [1, 2, 3] })],
  ['normalise.channels', 'three means, two deviations', () => normalise(f32([1, 3, 2, 2]), { mean: [1, 2, 3], std: [1, 2] })],
  ['normalise.channels', 'no means', () => normalise(f32([1, 3, 2, 2]), { mean: [] })],
  ['normalise.value', 'a deviation of 0', () => normalise(f32([1]), { std: 0 })],
  ['normalise.value', 'a scale that is none', () => normalise(f32([1]), { scale: NaN })],

  ['npy.magic', 'a ZIP file', () => readNpy(ascii('PK\x03\x04....'))],
  ['npy.truncated', 'no version', () => readNpy(npy(HEADER).slice(0, 7))],
  ['npy.truncated', 'no length', () => readNpy(npy(HEADER).slice(0, 9))],
  ['npy.truncated', 'half a header', () => readNpy(npy(HEADER).slice(0, 40))],
  ['npy.version', '4.0', () => readNpy(npy(HEADER, DATA, 4))],
  ['npy.version', '1.1', () => readNpy(npy(HEADER, DATA).map((byte, i) => (i === 7 ? 1 : byte)))],
  ['npy.header-length', 'a header of 10,001 bytes', () => readNpy(npy(HEADER.padEnd(10_001), DATA))],
  ['npy.header-length', '4 GiB declared', () => readNpy(concat([0x93], ascii('NUMPY'), [2, 0, 255, 255, 255, 255]))],
  ['npy.header', 'no dictionary', header('(1, 2)')],
  ['npy.header', 'no end', header("{'descr': '<i2'")],
  ['npy.header', 'an unknown key', header(HEADER.replace('}', "'more': 1}"))],
  ['npy.header', 'a key twice', header(HEADER.replace('}', "'descr': '<i2'}"))],
  ['npy.header', 'a missing key', header("{'descr': '<i2', 'shape': (2,), }")],
  ['npy.header', 'something after the end', header(`${HEADER} 1`)],
  ['npy.header', 'two dictionaries', header(HEADER + HEADER)],
  ['npy.header', 'a number as the shape', header(HEADER.replace('(2,)', '2'))],
  ['npy.header', 'a shape in mere parentheses', header(HEADER.replace('(2,)', '(2)'))],
  ['npy.header', 'a negative axis', header(HEADER.replace('(2,)', '(-2,)'))],
  ['npy.header', 'an axis as a float', header(HEADER.replace('(2,)', '(2.0,)'))],
  ['npy.header', 'an axis past 2^53', header(HEADER.replace('(2,)', '(9007199254740992,)'))],
  ['npy.header', 'an axis of many digits', header(HEADER.replace('(2,)', '(99999999999999999999,)'))],
  ['npy.header', 'code', header(HEADER.replace('False', '__import__("os")'))],
  ['npy.header', 'a word that begins like False', header(HEADER.replace('False', 'Falsehood'))],
  ['npy.header', 'an escape in a string', header(HEADER.replace('<i2', '\\x3ci2'))],
  ['npy.header', 'no comma between entries', header(HEADER.replace('False,', 'False'))],
  ['npy.header', '70 axes', header(HEADER.replace('(2,)', `(${'1, '.repeat(70)})`))],
  ['npy.dtype', 'pickled objects', header(HEADER.replace('<i2', '|O'))],
  ['npy.dtype', 'complex numbers', header(HEADER.replace('<i2', '<c8'))],
  ['npy.dtype', 'text', header(HEADER.replace('<i2', '<U1'))],
  ['npy.dtype', 'no byte order where it matters', header(HEADER.replace('<i2', '|i2'))],
  ['npy.dtype', 'a structure', header(HEADER.replace("'<i2'", "[('a', '<i2')]"))],
  ['npy.size', 'too little data', () => readNpy(npy(HEADER, [1, 0, 2]))],
  ['npy.size', 'too much data', () => readNpy(npy(HEADER, [...DATA, 0]))],
  ['npy.size', 'a petabyte declared', header(HEADER.replace('(2,)', '(1099511627776, 1024)'))],
  ['npy.bool', 'a boolean of 2', () => readNpy(npy(HEADER.replace('<i2', '|b1'), [1, 2]))],

  ['raw.size', 'half a sample', () => readF32(new Uint8Array(12), [2])],
  ['raw.shape', 'an empty sample', () => readF32(new Uint8Array(12), [0])],

  ['shapes.option', 'another size', () => shapes({ seed: 1, count: 1, size: 24 as 16 })],
  ['shapes.option', 'a negative count', () => shapes({ seed: 1, count: -1, size: 16 })],
  ['shapes.option', 'more than memory holds', () => shapes({ seed: 1, count: 2 ** 40, size: 16 })],
  ['shapes.option', 'a fraction as seed', () => shapes({ seed: 0.5, count: 1, size: 16 })],

  ['spec.kind', 'an unknown kind', () => parseDataSpec('csv:a.csv')],
  ['spec.kind', 'a bare path', () => parseDataSpec('X.npy')],
  ['spec.kind', 'a name every object has', () => parseDataSpec('constructor:a')],
  ['spec.kind', 'an unknown kind, parsed', () => loadDataset({ kind: 'csv', paths: [] }, { readFile: async () => image })],
  ['spec.fields', 'one path of two', () => parseDataSpec('npy:X.npy')],
  ['spec.fields', 'three paths of two', () => parseDataSpec('npy:X.npy,Y.npy,Z.npy')],
  ['spec.fields', 'an empty path', () => parseDataSpec('idx:,Y.gz')],
  ['spec.shape', 'an axis of 0', () => parseDataSpec('f32:X,Y,49x0')],
  ['spec.shape', 'no shape', () => parseDataSpec('f32:X,Y,49*10')],

  ['ustar.truncated', 'nothing', () => readUstar(new Uint8Array(0))],
  ['ustar.truncated', 'half a header', () => readUstar(tar({ name: 'a' }).slice(0, 300))],
  ['ustar.truncated', 'data cut off', () => readUstar(tar({ name: 'a', data: 'x'.repeat(600) }).slice(0, 1024))],
  ['ustar.truncated', '8 GiB declared', () => readUstar(tar({ name: 'a', size: '77777777777\0' }))],
  ['ustar.truncated', 'no end', () => readUstar(tarEntry({ name: 'a', data: 'x' }))],
  ['ustar.truncated', 'half an end', () => readUstar(tar({ name: 'a', data: 'x' }).slice(0, -512))],
  ['ustar.trailing', 'a second archive behind the end', () => readUstar(concat(tar({ name: 'a' }), tar({ name: 'b' })))],
  ['ustar.trailing', 'a lone zero block', () => readUstar(concat(new Uint8Array(512), tar({ name: 'a' })))],
  ['ustar.magic', 'the old format', () => readUstar(tar({ name: 'a', magic: '' }))],
  ['ustar.magic', 'the GNU format', () => readUstar(tar({ name: 'a', magic: 'ustar  \0' }))],
  ['ustar.checksum', 'a changed name', () => readUstar(tar({ name: 'a' }).map((byte, i) => (i === 0 ? 98 : byte)))],
  ['ustar.checksum', 'no digits', () => readUstar(tar({ name: 'a', checksum: 'notasum' }))],
  ['ustar.size', 'no digits', () => readUstar(tar({ name: 'a', size: '12345678\0' }))],
  ['ustar.size', 'a negative size', () => readUstar(tar({ name: 'a', size: '-0000000001' }))],
  ['ustar.size', 'a folder with content', () => readUstar(tar({ name: 'a/', type: '5', data: 'x' }))],
  ['ustar.type', 'a symbolic link', () => readUstar(tar({ name: 'a', type: '2' }))],
  ['ustar.type', 'a pax header', () => readUstar(tar({ name: 'a', type: 'x' }))],
  ['ustar.path', 'an absolute path', () => readUstar(tar({ name: '/etc/passwd' }))],
  ['ustar.path', 'a way out', () => readUstar(tar({ name: 'a/../../b' }))],
  ['ustar.path', 'a way out through the prefix', () => readUstar(tar({ name: 'b', prefix: '..' }))],
  ['ustar.path', 'a backslash', () => readUstar(tar({ name: '..\\b' }))],
  ['ustar.path', 'a drive', () => readUstar(tar({ name: 'C:b' }))],
  ['ustar.path', 'no name', () => readUstar(tar({ name: '' }))],
  ['ustar.path', 'a control character', () => readUstar(tar({ name: 'a\nb' }))],
  ['ustar.path', 'broken UTF-8', () => readUstar(forgedName())],
  ['ustar.duplicate', 'a path twice', () => readUstar(tar({ name: 'a' }, { name: './a' }))],
];

/** An archive whose name is the byte ff, with a right checksum. */
function forgedName(): Uint8Array {
  const bytes = tar({ name: 'a' });
  bytes[0] = 0xff;
  bytes.fill(0x20, 148, 156);
  const sum = bytes.subarray(0, 512).reduce((a, b) => a + b, 0);
  bytes.set(ascii(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return bytes;
}

describe('refusals', () => {
  it.each(REFUSALS)('%s: %s', async (code, _what, call) => {
    const error = await (async () => call())().then(() => null, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as DatasetError).code).toBe(code);
    expect((error as DatasetError).message).toContain(`[${code}]`);
  });

  it('cover every code of the table', () => {
    const covered = new Set(REFUSALS.map(([code]) => code));
    expect(Object.keys(DATASET_ERRORS).filter((code) => !covered.has(code as DatasetErrorCode))).toEqual([]);
  });
});

describe('an error message', () => {
  it('names the file, the byte, what was expected and the next step', async () => {
    const error = await load('npy:x.npy,y.npy', { 'x.npy': npy(HEADER, [1, 0]) }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toBe(
      '"x.npy", byte 67: the file does not hold what its header declares (expected 4 bytes for i16 [2], found 2) [npy.size]\n  → the file is cut off: write it again',
    );
  });

  it('shows control characters of a file instead of printing them', () => {
    expect(() => readUstar(tar({ name: 'a\u001b[2Jb' }))).toThrow('"a\\u001b[2Jb"');
  });

  it('lists the kinds', () => {
    expect(() => parseDataSpec('csv:a')).toThrow('npy:X.npy,Y.npy | idx:IMAGES.gz,LABELS.gz | cifar10:FILE.bin.gz');
  });

  it('names the compressed file that is damaged', async () => {
    const error = await load('cifar10:c.gz', { 'c.gz': zipped.slice(0, -20) }).catch((thrown: unknown) => thrown);
    expect((error as DatasetError).details.file).toBe('c.gz');
  });
});
