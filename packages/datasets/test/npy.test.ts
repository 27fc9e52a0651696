import { describe, expect, it } from 'vitest';
import { DatasetError, ndArray, readNpy, writeNpy, type DType, type NdData } from '@fretwork/datasets';
import { concat, dice, hexBytes, npy } from './forge.js';

const SAMPLES: Readonly<Record<DType, NdData>> = {
  u8: Uint8Array.of(0, 1, 2, 127, 128, 255),
  i8: Int8Array.of(0, 1, -1, 127, -128, 5),
  u16: Uint16Array.of(0, 1, 258, 32767, 32768, 65535),
  i16: Int16Array.of(0, 1, -2, 258, 32767, -32768),
  u32: Uint32Array.of(0, 1, 0x01020304, 5, 0x80000000, 0xffffffff),
  i32: Int32Array.of(0, 1, -2, 0x01020304, 0x7fffffff, -0x80000000),
  u64: BigUint64Array.of(0n, 1n, 0x0102030405060708n, 5n, 2n ** 63n, 2n ** 64n - 1n),
  i64: BigInt64Array.of(0n, 1n, -2n, 0x0102030405060708n, 2n ** 63n - 1n, -(2n ** 63n)),
  f16: Uint16Array.of(0x0000, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0x0001),
  f32: Float32Array.of(0, -0, 1.5, -Infinity, 3.4e38, NaN),
  f64: Float64Array.of(0, -0, 1.5, -Infinity, 1e-310, NaN),
  bool: Uint8Array.of(0, 1, 1, 0, 1, 0),
};
const CODES: Readonly<Record<DType, string>> = {
  u8: 'u1', i8: 'i1', u16: 'u2', i16: 'i2', u32: 'u4', i32: 'i4', u64: 'u8', i64: 'i8', f16: 'f2', f32: 'f4', f64: 'f8', bool: 'b1',
};
const dtypes = Object.keys(SAMPLES) as DType[];
const bytesOf = (data: NdData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const PAD = '20'.repeat(47);

describe('writeNpy', () => {
  it.each(dtypes)('round-trips %s', (dtype) => {
    const array = ndArray(dtype, [2, 1, 3], SAMPLES[dtype]);
    expect(readNpy(writeNpy(array))).toEqual(array);
  });

  it.each([[[]], [[1]], [[0]], [[0, 5]], [[5, 0, 2]], [[1, 1, 1, 1, 1, 1]]])('round-trips the shape %j', (shape) => {
    const array = ndArray('i32', shape, new Int32Array(shape.reduce((a, b) => a * b, 1)).fill(7));
    expect(readNpy(writeNpy(array))).toEqual(array);
  });

  it('gives the bytes of numpy.save', () => {
    // numpy.save of np.array([[1,2,3],[4,5,6]], '<i2') and of np.float32(1.5), NumPy 2.4.
    const matrix = `934e554d5059010076007b276465736372273a20273c6932272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2033292c207d${'20'.repeat(58)}0a010002000300040005000600`;
    const scalar = `934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028292c207d${'20'.repeat(62)}0a0000c03f`;
    expect(writeNpy(ndArray('i16', [2, 3], Int16Array.of(1, 2, 3, 4, 5, 6)))).toEqual(hexBytes(matrix));
    expect(writeNpy(ndArray('f32', [], Float32Array.of(1.5)))).toEqual(hexBytes(scalar));
  });

  it('aligns the data to 64 bytes whatever the shape', () => {
    for (let rank = 0; rank <= 64; rank++) {
      const file = writeNpy(ndArray('u8', new Array<number>(rank).fill(1), Uint8Array.of(9)));
      expect(file.length % 64).toBe(1);
      expect(readNpy(file).shape.length).toBe(rank);
    }
  });

  it('writes a view into a larger buffer without its surroundings', () => {
    const view = new Int16Array([1, 2, 3, 4]).subarray(1, 3);
    expect([...readNpy(writeNpy(ndArray('i16', [2], view))).data]).toEqual([2, 3]);
  });
});

describe('readNpy', () => {
  it.each(dtypes)('reads big-endian %s', (dtype) => {
    const size = SAMPLES[dtype].BYTES_PER_ELEMENT;
    const turned = bytesOf(SAMPLES[dtype]).slice();
    for (let at = 0; at < turned.length; at += size) turned.subarray(at, at + size).reverse();
    const file = npy(`{'descr': '>${CODES[dtype]}', 'fortran_order': False, 'shape': (6,), }\n`, turned);
    expect(readNpy(file)).toEqual(ndArray(dtype, [6], SAMPLES[dtype]));
  });

  it.each([1, 2, 3])('reads version %i.0', (version) => {
    const file = npy("{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }   \n", [1, 0, 2, 0, 3, 0], version);
    expect(readNpy(file)).toEqual(ndArray('u16', [3], Uint16Array.of(1, 2, 3)));
  });

  it('reads what NumPy wrote as version 3.0', () => {
    const file = hexBytes(`934e554d50590300740000007b276465736372273a20273c7538272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028332c292c207d${PAD}20202020202020202020200a000000000000000001000000000000000200000000000000`);
    expect(readNpy(file)).toEqual(ndArray('u64', [3], BigUint64Array.of(0n, 1n, 2n)));
  });

  it('turns Fortran order into C order', () => {
    // np.asfortranarray(np.arange(24).reshape(2, 3, 4)), as u1.
    const columns = [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23];
    const file = npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }\n", columns);
    expect([...readNpy(file).data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('takes the dictionary in any order, with either quote, without last commas, with Python 2 integers', () => {
    const file = npy('{"shape":(2L,1L),"fortran_order":False,"descr":"<i2"}', [1, 0, 2, 0]);
    expect(readNpy(file)).toEqual(ndArray('i16', [2, 1], Int16Array.of(1, 2)));
  });

  it('shares the bytes where they are aligned, and copies where not', () => {
    const file = writeNpy(ndArray('f32', [2], Float32Array.of(1, 2)));
    expect(readNpy(file).data.buffer).toBe(file.buffer);
    const shifted = concat([0], file).subarray(1);
    expect(readNpy(shifted)).toEqual(readNpy(file));
    expect(readNpy(shifted).data.buffer).not.toBe(shifted.buffer);
  });

  it('gives back what was written, or a named refusal, for 3000 damaged files', () => {
    const seed = 20240607;
    const roll = dice(seed);
    for (let round = 0; round < 3000; round++) {
      const dtype = dtypes[roll(dtypes.length)]!;
      const file = writeNpy(ndArray(dtype, [3, 2], SAMPLES[dtype]));
      const damaged = roll(3) === 0 ? file.slice(0, roll(file.length)) : file;
      for (let flips = roll(3) + 1; flips > 0 && damaged.length > 0; flips--) damaged[roll(Math.min(damaged.length, 90))]! ^= 1 << roll(8);
      try {
        const array = readNpy(damaged);
        expect(array.data.byteLength, `seed ${seed}, round ${round}`).toBeLessThanOrEqual(damaged.length);
      } catch (error) {
        expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(DatasetError);
      }
    }
  });
});
