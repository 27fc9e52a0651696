import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  CIFAR10_CLASSES, DatasetError, gunzip, labelsOf, ndArray, readCifar10, readCifar100, readF32, readIdx, readLabels, readUstar, ustarEntries,
} from '@fretwork/datasets';
import { concat, dice, idx, tar } from './forge.js';

describe('readIdx', () => {
  it('reads every element type, big-endian', () => {
    expect(readIdx(idx([2], [1, 255]))).toEqual(ndArray('u8', [2], Uint8Array.of(1, 255)));
    expect(readIdx(idx([2], [1, 255], 9))).toEqual(ndArray('i8', [2], Int8Array.of(1, -1)));
    expect(readIdx(idx([2], [1, 2, 255, 254], 11))).toEqual(ndArray('i16', [2], Int16Array.of(258, -2)));
    expect(readIdx(idx([1], [1, 2, 3, 4], 12))).toEqual(ndArray('i32', [1], Int32Array.of(0x01020304)));
    expect(readIdx(idx([1], [0x3f, 0xc0, 0, 0], 13))).toEqual(ndArray('f32', [1], Float32Array.of(1.5)));
    expect(readIdx(idx([1], [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 14))).toEqual(ndArray('f64', [1], Float64Array.of(1.5)));
  });

  it('reads any rank and shares the bytes of u8', () => {
    const file = idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);
    expect(readIdx(file).shape).toEqual([2, 1, 3]);
    expect(readIdx(file).data.buffer).toBe(file.buffer);
    expect(readIdx(idx([], [7]))).toEqual(ndArray('u8', [], Uint8Array.of(7)));
    expect(readIdx(idx([0, 28, 28], [])).shape).toEqual([0, 28, 28]);
  });
});

describe('CIFAR', () => {
  const planes = (from: number): Uint8Array => Uint8Array.from({ length: 3072 }, (_, i) => (from + i) % 256);

  it('takes labels and planes apart', () => {
    const set = readCifar10(concat([3], planes(0), [9], planes(1)));
    expect(set.inputs.shape).toEqual([2, 3, 32, 32]);
    expect(set.inputs.data).toEqual(concat(planes(0), planes(1)));
    expect([...set.labels].map((label) => set.classes![label])).toEqual([CIFAR10_CLASSES[3], 'truck']);
  });

  it('reads both labels of CIFAR-100', () => {
    const set = readCifar100(concat([19, 99], planes(5)));
    expect([[...set.coarseLabels], [...set.labels]]).toEqual([[19], [99]]);
    expect(set.inputs.data).toEqual(planes(5));
  });
});

describe('bare files', () => {
  it('become samples and labels', () => {
    const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
    expect(readF32(bytes, [3])).toEqual(ndArray('f32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)));
    expect(readF32(concat([0], bytes).subarray(1), [1, 2]).shape).toEqual([3, 1, 2]);
    expect(readLabels(Uint8Array.of(0, 255))).toEqual(Int32Array.of(0, 255));
  });

  it('give labels of any integer type', () => {
    expect(labelsOf(ndArray('i64', [2, 1], BigInt64Array.of(3n, 0n)))).toEqual(Int32Array.of(3, 0));
    expect(labelsOf(ndArray('u16', [1], Uint16Array.of(65535)))).toEqual(Int32Array.of(65535));
  });
});

describe('readUstar', () => {
  it('gives the files, shared, in order, folders left out', () => {
    const long = 'd'.repeat(120);
    const bytes = tar({ name: 'a/', type: '5' }, { name: './a/x', data: 'hello' }, { name: 'y', prefix: long }, { name: '__proto__', data: 'z'.repeat(513), type: '\0' });
    const files = readUstar(bytes);
    expect([...files.keys()]).toEqual(['a/x', `${long}/y`, '__proto__']);
    expect(new TextDecoder().decode(files.get('a/x'))).toBe('hello');
    expect(files.get('__proto__')!.length).toBe(513);
    expect(files.get('a/x')!.buffer).toBe(bytes.buffer);
  });

  it('reads names of 100 bytes without an end and names in UTF-8', () => {
    expect([...readUstar(tar({ name: 'n'.repeat(100) }, { name: 'zürich' })).keys()]).toEqual(['n'.repeat(100), 'zürich']);
  });

  it('tells where each file begins', () => {
    expect([...ustarEntries(tar({ name: 'a', data: 'x' }, { name: 'b' }))].map(({ path, offset }) => [path, offset])).toEqual([['a', 512], ['b', 1536]]);
  });

  it('reads an empty archive', () => {
    expect(readUstar(new Uint8Array(10240)).size).toBe(0);
  });

  it('finds every single damaged bit of a header', () => {
    const whole = tar({ name: 'a', data: 'x' });
    const seed = 7;
    const roll = dice(seed);
    for (let round = 0; round < 500; round++) {
      const bytes = whole.slice();
      const at = roll(512);
      bytes[at]! ^= 1 << roll(8);
      // Blank, NUL and leading zeros of the checksum's own field mean the same.
      if (at >= 148 && at < 156) continue;
      expect(() => readUstar(bytes), `seed ${seed}, round ${round}, byte ${at}`).toThrow(DatasetError);
    }
  });
});

describe('gunzip', () => {
  it('gives the content, up to exactly the limit', async () => {
    const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251);
    const back = await gunzip(new Uint8Array(gzipSync(content)), { limit: 200_000 });
    expect(back.length).toBe(200_000);
    expect(back.every((byte, i) => byte === content[i])).toBe(true);
  });

  it('gives nothing for an empty file', async () => {
    expect((await gunzip(new Uint8Array(gzipSync(new Uint8Array(0))), { limit: 0 })).length).toBe(0);
  });
});
