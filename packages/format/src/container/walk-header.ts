import type { ErrorDetails } from '../error.js';
import type * as wire from '../schema/bcr.pb.js';
import type { MessageName } from '../schema/fields.js';
import { messageOf, type FieldRow } from '../schema/message.js';

/** What `scanHeader` can find wrong, each the code of a rule. */
export type ScanCode =
  | 'header.truncated' | 'header.varint' | 'header.field' | 'header.wire-type' | 'header.order' | 'header.oneof'
  | 'header.integer' | 'header.text' | 'header.memory';

export interface ScanFault {
  readonly code: ScanCode;
  readonly details: ErrorDetails;
}

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

class Fault extends Error implements ScanFault {
  readonly code: ScanCode;
  readonly details: ErrorDetails;

  constructor(code: ScanCode, details: ErrorDetails) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/**
 * Walks the protobuf of a header without decoding it and returns the first fault, so that nothing is allocated for a
 * hostile header. The schema does not nest in itself: depth is bounded by it. `offset` is that of the header in its file.
 */
export function scanHeader(bytes: Uint8Array, offset: number, memory: number): ScanFault | undefined {
  try {
    new Walk(bytes, offset, memory, false).message('Header', 0, bytes.length);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/**
 * Decodes a header that `scanHeader` found without fault, by the same walk. Fields that are left out have the default of proto3,
 * records and fields with presence null. A decoder for any schema would be a third of what a page loads.
 */
export const decodeHeader = (bytes: Uint8Array): wire.Header => new Walk(bytes, 0, Infinity, true).message('Header', 0, bytes.length) as unknown as wire.Header;

type Decoded = Record<string, unknown>;

class Walk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #offset: number;
  readonly #memory: number;
  /** Are records made? */
  readonly #keeps: boolean;
  readonly #text: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #spent = 0;
  #at = 0;

  constructor(bytes: Uint8Array, offset: number, memory: number, keeps: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
    this.#memory = memory;
    this.#keeps = keeps;
  }

  message(name: MessageName, start: number, end: number): Decoded | undefined {
    this.#spend(name === 'Layer' ? COST.layer : COST.message, start);
    const { defaults, fields } = messageOf(name);
    const record = this.#keeps ? Object.create(defaults) as Decoded : undefined;
    let oneofs: Map<string, string> | undefined;
    let before = 0;
    this.#at = start;
    while (this.#at < end) {
      const tagAt = this.#at;
      const tag = Number(this.#varint(end));
      const number = Math.floor(tag / 8);
      const row = fields[number];
      if (row === undefined) throw this.#fault('header.field', tagAt, `a field of ${name}`, `field ${number}`);
      const wireType = row.repeated && row.kind !== 'message' && row.kind !== 'string' ? 2 : WIRE_TYPE[row.kind];
      const place = `${name}.${row.name}`;
      if (tag % 8 !== wireType) throw this.#fault('header.wire-type', tagAt, `wire type ${wireType} for ${place}`, `${tag % 8}`);
      if (number < before || (number === before && !row.repeated)) {
        throw this.#fault('header.order', tagAt, 'fields ascending, singular ones once', place);
      }
      before = number;
      if (row.oneof !== undefined) {
        oneofs ??= new Map();
        const other = oneofs.get(row.oneof);
        if (other !== undefined) throw this.#fault('header.oneof', tagAt, `one of ${other} and ${row.name}`, 'both');
        oneofs.set(row.oneof, row.name);
      }
      this.#field(row, place, end, record);
    }
    return record;
  }

  #field(row: FieldRow, place: string, end: number, record: Decoded | undefined): void {
    if (row.message === undefined && row.kind !== 'string' && !row.repeated) {
      put(record, row, this.#scalar(row, place, end));
      return;
    }
    const lengthAt = this.#at;
    const length = Number(this.#varint(end));
    if (length > end - this.#at) throw this.#fault('header.truncated', lengthAt, `at most ${end - this.#at} bytes of ${place}`, `${length}`);
    const stop = this.#at + length;
    if (row.message !== undefined) put(record, row, this.message(row.message, this.#at, stop));
    else if (row.kind === 'string') put(record, row, this.#string(place, stop));
    else while (this.#at < stop) put(record, row, this.#scalar(row, place, stop));
  }

  #string(place: string, stop: number): string | undefined {
    const start = this.#at;
    this.#spend(COST.text + 2 * (stop - start), start);
    this.#at = stop;
    // ASCII, which nearly all names are, needs no decoder to be judged.
    let high = 0;
    for (let at = start; at < stop; at++) high |= this.#bytes[at]!;
    if (high < 0x80 && !this.#keeps) return undefined;
    try {
      return this.#text.decode(this.#bytes.subarray(start, stop));
    } catch {
      throw this.#fault('header.text', start, `UTF-8 in ${place}`, 'other bytes');
    }
  }

  #scalar(row: FieldRow, place: string, end: number): unknown {
    const start = this.#at;
    if (row.kind === 'double' || row.kind === 'fixed32') {
      this.#at += row.kind === 'double' ? 8 : 4;
      if (this.#at > end) throw this.#fault('header.truncated', start, `a whole number in ${place}`, `${end - start} bytes`);
      this.#spend(COST.number, start);
      return row.kind === 'double' ? this.#view.getFloat64(start, true) : this.#view.getUint32(start, true);
    }
    this.#spend(row.kind === 'uint64' || row.kind === 'sint64' ? COST.wide : COST.number, start);
    const value = this.#varint(end);
    if (value > largest(row)) throw this.#fault('header.integer', start, `a ${row.kind} up to ${largest(row)} in ${place}`, `${value}`);
    return row.kind === 'bool' ? value !== 0 : row.kind === 'sint64' ? signed(value) : Number(value);
  }

  /** A number where it is exact, else a BigInt; both compare alike. */
  #varint(end: number): number | bigint {
    const start = this.#at;
    let value = 0;
    let scale = 1;
    for (let byte = 0x80; byte >= 0x80; scale *= 128) {
      if (this.#at >= end) throw this.#fault('header.truncated', start, 'the end of a number', 'the end of its record');
      if (this.#at - start === 10) throw this.#fault('header.varint', start, 'at most 10 bytes', 'more');
      byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
    }
    const length = this.#at - start;
    if (length > 1 && this.#bytes[this.#at - 1] === 0) throw this.#fault('header.varint', start, 'the shortest form of a number', `${length} bytes`);
    if (length === 10 && this.#bytes[this.#at - 1]! > 1) throw this.#fault('header.varint', start, 'at most 64 bits', 'more');
    return length < 8 ? value : this.#exact(start);
  }

  #exact(start: number): bigint {
    let value = 0n;
    for (let at = this.#at - 1; at >= start; at--) value = (value << 7n) | BigInt(this.#bytes[at]! & 0x7f);
    return value;
  }

  #spend(bytes: number, at: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#memory) throw this.#fault('header.memory', at, `records of at most ${this.#memory} bytes`, 'more');
  }

  #fault(code: ScanCode, at: number, expected: string, actual: string): Fault {
    return new Fault(code, { offset: this.#offset + at, expected, actual });
  }
}

function put(record: Decoded | undefined, { name, repeated }: FieldRow, value: unknown): void {
  if (record === undefined) return;
  if (!repeated) record[name] = value;
  else if (Object.hasOwn(record, name)) (record[name] as unknown[]).push(value);
  else record[name] = [value];
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
