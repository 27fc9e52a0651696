import { describe, expect, it } from 'vitest';
import { FretworkError, readHeader, readModel, RULES, writeModel, type ArrayPlace, type DenseTensor, type ModelHeader } from '../src/index.js';
import { crc32 } from '../src/container/crc32.js';
import { requireLittleEndian } from '../src/container/layout.js';
import { sampleModel } from './sample-model.js';

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return error.code;
  }
};

describe('writeModel and readModel', () => {
  const bytes = writeModel(sampleModel());

  it('gives back the model, and the same bytes when written again', () => {
    const model = readModel(bytes);
    expect(model).toEqual(sampleModel());
    expect([...model.tensors.keys()]).toEqual([...sampleModel().tensors.keys()]);
    expect(writeModel(model)).toEqual(bytes);
  });

  it('sorts attributes by code point, so that the order in which they were set does not matter', () => {
    const attributes = new Map(['b', '\u{1f600}', '\uffff', 'a'].map((name) => [name, { type: 'int' as const, value: 1 }]));
    const withAttributes = (entries: typeof attributes) => {
      const model = sampleModel();
      return { ...model, layers: model.layers.map((layer) => (layer.name === 'pool' ? { ...layer, attributes: entries } : layer)) };
    };
    const written = writeModel(withAttributes(attributes));
    expect(writeModel(withAttributes(new Map([...attributes].reverse())))).toEqual(written);
    expect([...readModel(written).layers[2]!.attributes.keys()]).toEqual(['a', 'b', '\uffff', '\u{1f600}']);
  });

  it('lays the file out as written down', () => {
    const view = new DataView(bytes.buffer);
    expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x42, 0x43, 0x52, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(view.getUint32(8, true)).toBe(1);
    const headerBytes = view.getUint32(12, true);
    expect(view.getUint32(16, true)).toBe(crc32(bytes.subarray(32, 32 + headerBytes)));
    expect(view.getUint32(20, true)).toBe(0);
    expect(view.getBigUint64(24, true)).toBe(BigInt(bytes.length));
  });

  it('gives views on the bytes, and copies once where they start at an odd place', () => {
    const tensor = readModel(bytes).tensors.get('conv.bias') as DenseTensor;
    expect(tensor.data.buffer).toBe(bytes.buffer);
    expect(tensor.data.byteOffset % 64).toBe(0);

    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    const model = readModel(shifted);
    expect(model).toEqual(sampleModel());
    const buffers = new Set([...model.tensors.values()].map((t) => (t.kind === 'dense' ? t.data : t.matrices[0]!.payload).buffer));
    expect(buffers.size).toBe(1);
    expect(buffers.has(shifted.buffer)).toBe(false);
  });

  it('refuses a broken model before it writes, by the code of the rule', () => {
    const model = sampleModel();
    expect(codeOf(() => writeModel({ ...model, layers: [...model.layers].reverse() }))).toBe('graph.order');
    expect(codeOf(() => writeModel({ ...model, name: '\ud800' }))).toBe('header.text');
    expect(codeOf(() => writeModel({ ...model, provenance: { ...model.provenance, sourceOpset: 1.5 } }))).toBe('header.integer');
  });

  it('refuses hosts that read numbers backwards', () => {
    expect(codeOf(() => requireLittleEndian(false))).toBe('host.big-endian');
  });

  it('names its rules once each', () => {
    const codes = RULES.map((rule) => rule.code);
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
    expect(codes.every((code) => /^[a-z]+\.[a-z0-9-]+$/.test(code))).toBe(true);
  });
});

describe('readHeader', () => {
  const bytes = writeModel(sampleModel());
  const headerEnd = 32 + new DataView(bytes.buffer).getUint32(12, true);

  it('says how many bytes it needs', () => {
    expect(readHeader(new Uint8Array(0))).toEqual({ ok: false, needBytes: 32 });
    expect(readHeader(bytes.subarray(0, 31))).toEqual({ ok: false, needBytes: 32 });
    expect(readHeader(bytes.subarray(0, 32))).toEqual({ ok: false, needBytes: headerEnd });
    expect(readHeader(bytes.subarray(0, headerEnd - 1))).toEqual({ ok: false, needBytes: headerEnd });
  });

  it('gives everything but the elements, and where they will be', () => {
    const result = readHeader(bytes.subarray(0, headerEnd));
    if (!result.ok) throw new Error('needs more');
    const { header, fileBytes, weightBytes } = result;
    expect(fileBytes).toBe(bytes.length);
    expect(header.layers.map((layer) => layer.name)).toEqual(sampleModel().layers.map((layer) => layer.name));
    const bias = header.tensors.get('conv.bias') as ModelHeader['tensors'] extends ReadonlyMap<string, infer T> ? Extract<T, { kind: 'dense' }> : never;
    const place: ArrayPlace = bias.data;
    expect(place).toMatchObject({ dtype: 'f32', length: 5, byteLength: 20 });
    const data = sampleModel().tensors.get('conv.bias') as DenseTensor;
    expect(new Float32Array(bytes.slice(place.offset, place.offset + place.byteLength).buffer)).toEqual(data.data);
    expect(place.crc32).toBe(crc32(bytes.subarray(place.offset, place.offset + place.byteLength)));
    expect(weightBytes).toBeLessThan(fileBytes - headerEnd);
  });

  it('refuses a wrong start as soon as it sees it, and honours lower limits', () => {
    expect(codeOf(() => readHeader(Uint8Array.of(0x89, 0x50)))).toBe('preamble.magic');
    expect(codeOf(() => readHeader(bytes, { headerBytes: 100 }))).toBe('preamble.header-length');
    expect(codeOf(() => readHeader(bytes, { fileBytes: bytes.length - 1 }))).toBe('preamble.file-length');
    expect(codeOf(() => readModel(bytes, { headerMemory: 0 }))).toBe('header.memory');
  });
});

describe('crc32', () => {
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

  it.each([['', 0], ['a', 0xe8b7be43], ['123456789', 0xcbf43926], ['The quick brown fox jumps over the lazy dog', 0x414fa339]])('of %j', (text, expected) => {
    expect(crc32(ascii(text))).toBe(expected);
  });

  it('is the same at any place of a buffer', () => {
    const text = ascii('xxThe quick brown fox jumps over the lazy dog');
    expect(crc32(text.subarray(2))).toBe(0x414fa339);
  });
});
