import { FretworkError, type ErrorDetails } from '../error.js';
import type * as wire from '../schema/bcr.pb.js';
import type { MessageName } from '../schema/fields.js';
import { messageOf, type FieldRow } from '../schema/message.js';

/** What the walk can find wrong with the bytes, each the code of a rule. */
export type WalkCode =
  | 'header.truncated' | 'header.varint' | 'header.field' | 'header.wire-type' | 'header.order' | 'header.oneof'
  | 'header.integer' | 'header.text' | 'header.memory';

export interface DecodedHeader {
  readonly header: wire.Header;
  /** The first field that is needed and left out. */
  readonly lack: ErrorDetails | undefined;
}

/** A header, or why its bytes are none. */
export type WalkedHeader = DecodedHeader | { readonly code: WalkCode; readonly details: ErrorDetails };

/**
 * What one item of the header takes in memory, bytes: measured in V8, the decoder's record, ours and the sets of the rules
 * together. A layer has lists and a map of its own; a 64-bit integer counts as the object that many decoders make
 * of it.
 */
const COST = { layer: 700, message: 160, text: 32, number: 16, wide: 66 };

/** The wire type of each kind when it stands alone; repeated numbers are packed. */
const WIRE_TYPE: Readonly<Record<FieldRow['kind'], number>> = {
  message: 2, string: 2, uint32: 0, uint64: 0, sint64: 0, bool: 0, enum: 0, double: 1, fixed32: 5,
};

type Decoded = Record<string, unknown>;

/**
 * Decodes the protobuf of a header up to its first fault. Each item is paid for out of `memory` bytes before it is made, so that a
 * hostile header allocates no more. Fields that are left out have the default of proto3, records and fields with presence null.
 * The schema does not nest in itself: depth is bounded by it. `offset` is that of the header in its file. A decoder for
 * any schema would be a third of what a page loads.
 */
export function walkHeader(bytes: Uint8Array, offset: number, memory: number): WalkedHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let lack: ErrorDetails | undefined;
  let spent = 0;
  let at = 0;
  try {
    return { header: message('Header', bytes.length) as unknown as wire.Header, lack };
  } catch (error) {
    if (error instanceof FretworkError) return error as FretworkError & { code: WalkCode };
    throw error;
  }

  /** The record from here to `end`. */
  function message(name: MessageName, end: number): Decoded {
    const start = at;
    spend(name === 'Layer' ? COST.layer : COST.message, start);
    const { defaults, fields } = messageOf(name);
    const record = Object.create(defaults) as Decoded;
    const oneofs = new Map<string, string>();
    let before = 0;
    while (at < end) {
      const tagAt = at;
      const tag = Number(varint(end));
      const number = Math.floor(tag / 8);
      const row = fields[number];
      if (row === undefined) throw fault('header.field', tagAt, `a field of ${name}`, `field ${number}`);
      const wireType = row.repeated && row.kind !== 'message' && row.kind !== 'string' ? 2 : WIRE_TYPE[row.kind];
      const place = `${name}.${row.name}`;
      if (tag % 8 !== wireType) throw fault('header.wire-type', tagAt, `wire type ${wireType} for ${place}`, `${tag % 8}`);
      if (number < before || (number === before && !row.repeated)) {
        throw fault('header.order', tagAt, 'fields ascending, one of each', place);
      }
      before = number;
      if (row.oneof !== undefined) {
        const other = oneofs.get(row.oneof);
        if (other !== undefined) throw fault('header.oneof', tagAt, `one of ${other} and ${row.name}`, 'both');
        oneofs.set(row.oneof, row.name);
      }
      field(record, row, place, end);
    }
    // Of an enum the zero is no value, of a needed record null.
    const needed = fields.find((row) => row !== undefined && (row.oneof === undefined ? row.needed && !record[row.name] : !oneofs.has(row.oneof)));
    if (needed !== undefined) lack ??= { offset: offset + start, expected: `${name}.${needed.oneof ?? needed.name}`, actual: 'none' };
    return record;
  }

  function field(record: Decoded, row: FieldRow, place: string, end: number): void {
    if (row.message === undefined && row.kind !== 'string' && !row.repeated) {
      record[row.name] = scalar(row, place, end);
      return;
    }
    const lengthAt = at;
    const length = Number(varint(end));
    if (length > end - at) throw fault('header.truncated', lengthAt, `at most ${end - at} bytes of ${place}`, `${length}`);
    const stop = at + length;
    const one = (): unknown => (row.message !== undefined ? message(row.message, stop) : row.kind === 'string' ? text(place, stop) : scalar(row, place, stop));
    if (!row.repeated) {
      record[row.name] = one();
      return;
    }
    if (!Object.hasOwn(record, row.name)) record[row.name] = [];
    const list = record[row.name] as unknown[];
    const packed = WIRE_TYPE[row.kind] !== 2;
    for (let more = !packed || at < stop; more; more = packed && at < stop) list.push(one());
  }

  function text(place: string, stop: number): string {
    const start = at;
    spend(COST.text + 2 * (stop - start), start);
    at = stop;
    try {
      return decoder.decode(bytes.subarray(start, stop));
    } catch {
      throw fault('header.text', start, `UTF-8 in ${place}`, 'other bytes');
    }
  }

  function scalar(row: FieldRow, place: string, end: number): unknown {
    const start = at;
    if (row.kind === 'double' || row.kind === 'fixed32') {
      at += row.kind === 'double' ? 8 : 4;
      if (at > end) throw fault('header.truncated', start, `a whole number in ${place}`, `${end - start} bytes`);
      spend(COST.number, start);
      return row.kind === 'double' ? view.getFloat64(start, true) : view.getUint32(start, true);
    }
    spend(row.kind === 'uint64' || row.kind === 'sint64' ? COST.wide : COST.number, start);
    const value = varint(end);
    if (value > largest(row)) throw fault('header.integer', start, `a ${row.kind} up to ${largest(row)} in ${place}`, `${value}`);
    return row.kind === 'bool' ? value !== 0 : row.kind === 'sint64' ? signed(value) : Number(value);
  }

  /** A number where it is exact, else a BigInt; both compare alike. */
  function varint(end: number): number | bigint {
    const start = at;
    let value = 0;
    let scale = 1;
    for (let byte = 0x80; byte >= 0x80; scale *= 128) {
      if (at >= end) throw fault('header.truncated', start, 'the end of a number', 'the end of its record');
      if (at - start === 10) throw fault('header.varint', start, 'at most 10 bytes', 'more');
      byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
    }
    const length = at - start;
    if (length > 1 && bytes[at - 1] === 0) throw fault('header.varint', start, 'the shortest form of a number', `${length} bytes`);
    if (length === 10 && bytes[at - 1]! > 1) throw fault('header.varint', start, 'at most 64 bits', 'more');
    return length < 8 ? value : exact(start);
  }

  function exact(start: number): bigint {
    let value = 0n;
    for (let k = at - 1; k >= start; k--) value = (value << 7n) | BigInt(bytes[k]! & 0x7f);
    return value;
  }

  function spend(cost: number, place: number): void {
    spent += cost;
    if (spent > memory) throw fault('header.memory', place, `records of at most ${memory} bytes`, 'more');
  }

  function fault(code: WalkCode, place: number, expected: string, actual: string): FretworkError {
    return new FretworkError(code, '', { offset: offset + place, expected, actual });
  }
}

/** n stands at 2n, -n at 2n - 1. */
function signed(value: number | bigint): number {
  if (typeof value === 'bigint') return Number((value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Of the number as it stands in the varint: zigzag puts -n at 2n - 1. */
function largest(row: FieldRow): number | bigint {
  switch (row.kind) {
    case 'bool': return 1;
    case 'enum': return row.largest;
    case 'uint32': return 0xffffffff;
    case 'sint64': return 2n * BigInt(Number.MAX_SAFE_INTEGER);
    default: return Number.MAX_SAFE_INTEGER;
  }
}
