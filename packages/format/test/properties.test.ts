import { describe, expect, it } from 'vitest';
import { checkModel, FretworkError, readHeader, readModel, writeModel, type Model } from '../src/index.js';
import { crc32 } from '../src/container/crc32.js';
import { Random } from './masks.js';
import { RandomModel } from './random-model.js';
import { sampleModel } from './sample-model.js';

const SEED = 7;

/** The model, or the code with which it was refused. Any other error goes on. */
function verdict(bytes: Uint8Array): Model | string {
  try {
    return readModel(bytes);
  } catch (error) {
    if (!(error instanceof FretworkError) || !/^[a-z]+\.[a-z0-9-]+$/.test(error.code)) throw error;
    return error.code;
  }
}

describe('random models', () => {
  it('come back as they were, and are written again byte for byte', () => {
    const random = new Random(SEED);
    const seen = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const model = new RandomModel(random).model();
      const bytes = writeModel(model);
      const again = readModel(bytes);
      expect(again, `seed ${SEED}, model ${i}`).toEqual(model);
      expect([...again.tensors.keys()]).toEqual([...model.tensors.keys()]);
      expect(Buffer.compare(writeModel(again), bytes), `seed ${SEED}, model ${i}`).toBe(0);
      expect(() => checkModel(again)).not.toThrow();
      for (const tensor of model.tensors.values()) {
        seen.add(tensor.dtype);
        if (tensor.kind === 'sparse') for (const { encoding } of tensor.matrices) seen.add(encoding);
      }
      for (const layer of model.layers) if (layer.scheme !== undefined) seen.add(layer.scheme.kind);
    }
    expect([...seen].sort()).toEqual([
      'f32', 'f16', 'bf16', 'f64', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'bool',
      'csr', 'bcrc', 'bcr', 'pattern',
      'dense', 'unstructured', 'filter', 'channel', 'block-punched',
    ].sort());
  });

  it('keep signs of zero and bits of NaN', () => {
    const model = new RandomModel(new Random(1)).model();
    const data = new Uint32Array([0x80000000, 0x7fc01234, 0xff800001]);
    const bytes = writeModel({ ...model, tensors: new Map([...model.tensors, ['bits', { kind: 'dense', dtype: 'f32', shape: [3], data: new Float32Array(data.buffer) }]]) });
    const tensor = readModel(bytes).tensors.get('bits');
    expect(tensor?.kind === 'dense' && new Uint32Array(tensor.data.slice().buffer)).toEqual(data);
  });
});

describe('changed files', () => {
  const random = new Random(SEED + 1);
  const files = [sampleModel(), ...Array.from({ length: 12 }, () => new RandomModel(random).model())].map((model) => ({ model, bytes: writeModel(model) }));

  it('with flipped bits are refused: every byte is checked', () => {
    for (let i = 0; i < 4000; i++) {
      const { bytes } = random.pick(files);
      const changed = bytes.slice();
      for (let flips = random.integer(1, 3); flips > 0; flips--) changed[random.integer(0, changed.length - 1)]! ^= 1 << random.integer(0, 7);
      if (Buffer.compare(changed, bytes) === 0) continue;
      expect(verdict(changed), `seed ${SEED + 1}, case ${i}`).toBeTypeOf('string');
    }
  });

  it('of any other length are refused', () => {
    for (let i = 0; i < 1500; i++) {
      const { bytes } = random.pick(files);
      const length = random.integer(0, 1) === 0 ? random.integer(0, bytes.length - 1) : bytes.length + random.integer(1, 100);
      const changed = new Uint8Array(length);
      changed.set(bytes.subarray(0, length));
      expect(verdict(changed)).toMatch(/^(file|preamble)\./);
    }
  });

  it('with sections swapped or moved are refused, unless they hold the same', () => {
    for (let i = 0; i < 1500; i++) {
      const { bytes, model } = random.pick(files);
      const changed = bytes.slice();
      const [from, to, length] = [random.integer(0, bytes.length >> 6), random.integer(0, bytes.length >> 6), 64 * random.integer(1, 4)];
      changed.set(bytes.subarray(from * 64, Math.min(from * 64 + length, bytes.length - to * 64 + from * 64)).slice(0, Math.max(0, bytes.length - to * 64)), to * 64);
      const found = verdict(changed);
      if (typeof found !== 'string') expect(found).toEqual(model);
    }
  });

  it('with changed headers whose checksum was set right again load or are refused with a code', () => {
    let loaded = 0;
    const codes = new Set<string>();
    for (let i = 0; i < 12_000; i++) {
      const { bytes } = random.pick(files);
      const changed = bytes.slice();
      const view = new DataView(changed.buffer);
      const end = 32 + view.getUint32(12, true);
      for (let changes = random.integer(1, 3); changes > 0; changes--) {
        changed[random.integer(32, end - 1)] = random.next() < 0.5 ? random.integer(0, 255) : random.pick([0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12]);
      }
      view.setUint32(16, crc32(changed.subarray(32, end)), true);
      const found = verdict(changed);
      if (typeof found === 'string') codes.add(found);
      else {
        loaded++;
        // What was let in is a good model: it is written and read like any other.
        expect(readModel(writeModel(found)), `seed ${SEED + 1}, case ${i}`).toEqual(found);
      }
      // A header is judged alike without the arrays.
      const alone = headerCode(changed.subarray(0, end));
      if (alone !== 'accepted') expect(found).toBe(alone);
    }
    expect(loaded).toBeGreaterThan(100);
    expect(codes.size).toBeGreaterThan(25);
  });

  it('with headers of random bytes are refused with a code', () => {
    for (let i = 0; i < 3000; i++) {
      const header = Uint8Array.from({ length: random.integer(0, 200) }, () => (random.next() < 0.3 ? random.integer(0, 12) * 8 + 2 : random.integer(0, 255)));
      const file = new Uint8Array(32 + header.length);
      const view = new DataView(file.buffer);
      file.set(files[0]!.bytes.subarray(0, 12));
      file.set(header, 32);
      view.setUint32(12, header.length, true);
      view.setUint32(16, crc32(header), true);
      view.setUint32(24, file.length, true);
      expect(verdict(file)).toMatch(/^(header|record)\./);
    }
  });

  it('with changed arrays whose checksums were set right again load or are refused with a code', () => {
    let loaded = 0;
    const good = writeModel(sampleModel());
    for (let i = 0; i < 1000; i++) {
      const file = readModel(good.slice());
      for (let changes = random.integer(1, 3); changes > 0; changes--) {
        const tensor = random.pick([...file.tensors.values()]);
        const arrays = tensor.kind === 'dense' ? [tensor.data] : tensor.matrices.flatMap((m) => Object.values(m).filter((field) => ArrayBuffer.isView(field)) as Uint8Array[]);
        const array = random.pick(arrays);
        const inside = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        if (inside.length > 0) inside[random.integer(0, inside.length - 1)] = random.pick([0, 1, 2, 5, 6, 127, 255]);
      }
      try {
        checkModel(file);
        loaded++;
        expect(readModel(writeModel(file))).toEqual(file);
      } catch (error) {
        if (!(error instanceof FretworkError)) throw error;
      }
    }
    expect(loaded).toBeGreaterThan(50);
  });
});

function headerCode(prefix: Uint8Array): string {
  try {
    return readHeader(prefix).ok ? 'accepted' : 'more';
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return error.code;
  }
}
