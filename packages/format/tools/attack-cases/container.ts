import type * as wire from '../../src/schema/bcr.pb.js';
import { attack, bytes, header, record, type Attack, type Open } from './attack.js';

const set = (at: number, ...values: number[]) => bytes((file) => {
  file.set(values, at);
  return file;
});

const join = (...parts: readonly ArrayLike<number>[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
const headerBytes = (file: Uint8Array): number => new DataView(file.buffer).getUint32(12, true);
const tensorOf = (records: Open<wire.Header>, name: string): Open<wire.Tensor> => records.tensors.find((row) => row.name === name)!.tensor!;

/** What the bytes of a file can break: preamble, header, section table, sections. */
export const CONTAINER_ATTACKS: readonly Attack[] = [
  attack('preamble.magic', 'was copied as text: CR LF became LF', bytes((file) => join(file.subarray(0, 4), file.subarray(5)))),
  attack('preamble.length', 'ends after 20 bytes', bytes((file) => file.slice(0, 20))),
  attack('preamble.version', 'says version 2', set(8, 2)),
  attack('preamble.reserved', 'hides a byte in the reserved ones', set(21, 1)),
  attack('preamble.header-length', 'declares a header of 4 GiB', set(12, 0xff, 0xff, 0xff, 0xff)),
  attack('preamble.file-length', 'declares 2^53 bytes', set(24, 0, 0, 0, 0, 0, 0, 0x20, 0)),
  attack('file.truncated', 'lacks its last byte', bytes((file) => file.slice(0, -1))),
  attack('file.trailing', 'is followed by the start of a zip file', bytes((file) => join(file, [0x50, 0x4b, 3, 4]))),

  attack('header.checksum', 'has one bit of its header flipped', bytes((file) => {
    file[40]! ^= 1;
    return file;
  })),
  attack('header.truncated', 'has a header that ends inside its last record', header((encoded) => encoded.slice(0, -1))),
  attack('header.varint', 'writes the length of its name in two bytes where one does', header((encoded) => join([encoded[0]!, encoded[1]! | 0x80, 0], encoded.subarray(2)))),
  attack('header.field', 'has a field 15, which no schema knows', header((encoded) => join(encoded, [0x78, 1]))),
  attack('header.wire-type', 'opens 20,000 groups inside each other, to overflow a stack', header(() => new Uint8Array(20_000).fill(0x0b))),
  attack('header.order', 'has a second name behind its sections', header((encoded) => join(encoded, [0x0a, 1, 0x78]))),
  attack('header.oneof', 'has a dimension with a size and a name', record((records) => {
    records.inputs[0]!.shape!.dimensions[0]!.size = 1;
  })),
  attack('header.integer', 'has a size of 2^53', record((records) => {
    tensorOf(records, 'conv.bias').shape = [2 ** 53];
  })),
  attack('header.text', 'has a name that is no UTF-8', header((encoded) => {
    encoded[2] = 0xff;
    return encoded;
  })),
  attack('header.memory', 'has 25,000 empty layers in 50 KB, which would decode to more than 16 MiB', header((encoded) => {
    const name = encoded.subarray(0, 2 + encoded[1]!);
    return join(name, Uint8Array.from({ length: 50_000 }, (_, at) => (at % 2 === 0 ? 0x32 : 0)));
  })),

  attack('record.complete', 'has no provenance', record((records) => {
    records.provenance = null;
  })),
  attack('tensor.duplicate', 'has two tensors norm.scale', record((records) => {
    records.tensors.find((row) => row.name === 'norm.bias')!.name = 'norm.scale';
  })),
  attack('attribute.order', 'has attributes in another order', record((records) => {
    records.layers[0]!.attributes.reverse();
  })),
  attack('section.order', 'has two tensors over the same bytes', record((records) => {
    tensorOf(records, 'norm.bias').denseSection = tensorOf(records, 'norm.scale').denseSection!;
  })),
  attack('section.size', 'declares a section of 2^53 - 1 elements', record((records) => {
    records.sections[0]!.length = Number.MAX_SAFE_INTEGER;
  })),
  attack('section.total', 'declares a last section of 2^40 elements', record((records) => {
    records.sections.at(-1)!.length = 2 ** 40;
  })),
  attack('section.padding', 'hides a byte between header and first section', bytes((file) => {
    file[32 + headerBytes(file)] = 0x41;
    return file;
  })),
  attack('section.checksum', 'has one bit of its last weight flipped', bytes((file) => {
    file[file.length - 1]! ^= 1;
    return file;
  })),

  attack('tensor.array', 'says i32 of a tensor whose section holds f32', record((records) => {
    tensorOf(records, 'conv.bias').element = 9;
  })),
  attack('tensor.index-array', 'has column ids of type i16', record((records) => {
    records.sections[tensorOf(records, 'fc1.weight').sparse!.matrices[0]!.csr!.columnSection!]!.element = 7;
  })),
  attack('tensor.length', 'declares 2^40 elements over a section of 5', record((records) => {
    tensorOf(records, 'conv.bias').shape = [2 ** 40];
  })),
];
