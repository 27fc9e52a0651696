import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { ACTIVATION, ELEMENT, SCHEME } from '../src/container/element.js';
import { walkHeader } from '../src/container/walk-header.js';
import { toWire } from '../src/container/to-wire.js';
import type * as wire from '../src/schema/bcr.pb.js';
import type { MessageName } from '../src/schema/fields.js';
import { messageOf } from '../src/schema/message.js';
import { Random } from './masks.js';
import { RandomModel } from './random-model.js';

const { root } = protobuf.parse(readFileSync(new URL('../src/schema/bcr.proto', import.meta.url), 'utf8'), { keepCase: false });
const Header = root.resolveAll().lookupType('Header');

/** What protobuf.js decodes, as plain records with every field. */
const theirs = (bytes: Uint8Array): unknown => plain(Header.decode(bytes), 'Header');

/** Defaults written out, null where a field with presence is left out, 64-bit integers as numbers, by the table of fields. */
function plain(record: unknown, name: MessageName): unknown {
  return Object.fromEntries(messageOf(name).fields.flatMap((row) => {
    if (row === undefined) return [];
    const presence = row.message !== undefined || row.oneof !== undefined || row.optional;
    const value = presence && !row.repeated && !Object.hasOwn(record as object, row.name) ? null : (record as Record<string, unknown>)[row.name];
    const one = (item: unknown): unknown => (row.message !== undefined && item !== null ? plain(item, row.message) : typeof item === 'object' && item !== null ? Number((item as { toString(): string }).toString()) : item);
    return [[row.name, Array.isArray(value) ? value.map(one) : one(value)] as const];
  }));
}

const numberOf = (message: MessageName, field: string): number => messageOf(message).fields.findIndex((row) => row?.name === field);

/** What the walk decodes; complete or not. */
function decodeHeader(bytes: Uint8Array): wire.Header {
  const walked = walkHeader(bytes, 0, 2 ** 20);
  if ('code' in walked) throw new Error(`${walked.code}: ${JSON.stringify(walked.details)}`);
  return walked.header;
}

describe('the names of enums', () => {
  it.for([['Element', ELEMENT], ['Activation.Kind', ACTIVATION], ['Scheme.Kind', SCHEME]] as const)('stand at the numbers of the schema: %s', ([name, numbers]) => {
    const { values } = root.lookupEnum(name);
    const legal = Object.entries(values).filter(([, value]) => value > 0);
    expect(Object.fromEntries(legal.map(([word, value]) => [word.toLowerCase().replaceAll('_', '-'), value]))).toEqual(numbers);
  });
});

describe('walkHeader', () => {
  it.for([1, 2, 3, 4, 5, 6, 7, 8])('reads what protobuf.js reads, seed %i', (seed) => {
    const models = new RandomModel(new Random(seed));
    for (let i = 0; i < 25; i++) {
      const bytes = Header.encode(Header.fromObject(toWire(models.model()).header as unknown as Record<string, unknown>)).finish();
      expect(plain(decodeHeader(bytes), 'Header')).toEqual(theirs(bytes));
    }
  });

  it('reads integers up to 2^53 - 1 of either sign, doubles of every kind and texts with a byte order mark', () => {
    const values = [0, 1, -1, 63, -64, 64, -65, 2 ** 31, -(2 ** 31), 2 ** 52 + 1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
    const floats = [0, -0, 5e-324, -1.5, Infinity, NaN];
    const name = '\ufeff模型';
    const bytes = Header.encode(Header.fromObject({
      name, sections: [{ element: 13, length: Number.MAX_SAFE_INTEGER, crc32: 0xfedcba98 }],
      layers: [{ name: 'l', attributes: [{ name: 'i', ints: { values } }, { name: 'f', floats: { values: floats } }], activation: { kind: 1, alpha: -0 } }],
    })).finish();
    const header = decodeHeader(bytes);
    expect(header.name).toBe(name);
    expect(header.sections).toMatchObject([{ element: 13, length: Number.MAX_SAFE_INTEGER, crc32: 0xfedcba98 }]);
    const [ints, numbers] = header.layers[0]!.attributes;
    expect(ints!.ints!.values).toEqual(values);
    expect(numbers!.floats!.values).toEqual(floats);
    expect(header.layers[0]!.activation!.alpha).toBe(-0);
    expect(header.layers[0]!.activation!.beta).toBe(null);
  });

  it('puts parts of a packed list together', () => {
    // layers { attributes { name: "i", ints { values: [1] values: [-1, 2] } } }
    const ints = [0x0a, 1, 2, 0x0a, 2, 1, 4];
    const bytes = (tag: number, inner: readonly number[]): number[] => [tag, inner.length, ...inner];
    const [attributes, field] = [numberOf('Layer', 'attributes'), numberOf('NamedAttribute', 'ints')];
    const file = Uint8Array.from(bytes(6 * 8 + 2, bytes(attributes * 8 + 2, [0x0a, 1, 0x69, ...bytes(field * 8 + 2, ints)])));
    expect(decodeHeader(file).layers[0]!.attributes[0]!.ints!.values).toEqual([1, -1, 2]);
    expect(plain(decodeHeader(file), 'Header')).toEqual(theirs(file));
  });
});
