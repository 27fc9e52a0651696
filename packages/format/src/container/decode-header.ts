import type * as wire from '../schema/bcr.pb.js';
import type { MessageName } from '../schema/fields.js';
import { messageOf, type FieldRow } from '../schema/message.js';

/**
 * Decodes a header that `scanHeader` found without fault, by the same table; nothing is checked again. Fields that are left out have
 * the default of proto3, records and fields with presence null. A decoder for any schema would be a third of what a page loads.
 */
export function decodeHeader(bytes: Uint8Array): wire.Header {
  return new Decoder(bytes).message('Header', bytes.length) as unknown as wire.Header;
}

type Decoded = Record<string, unknown>;

class Decoder {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly text: TextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(name: MessageName, end: number): Decoded {
    const { defaults, fields } = messageOf(name);
    const record = Object.create(defaults) as Decoded;
    while (this.at < end) {
      const row = fields[Math.floor(this.varint() / 8)]!;
      if (!row.repeated) {
        record[row.name] = this.value(row);
        continue;
      }
      if (!Object.hasOwn(record, row.name)) record[row.name] = [];
      const list = record[row.name] as unknown[];
      if (row.kind === 'message' || row.kind === 'string') list.push(this.value(row));
      else for (const stop = this.stop(); this.at < stop;) list.push(this.value(row));
    }
    return record;
  }

  private value(row: FieldRow): unknown {
    switch (row.kind) {
      case 'message': return this.message(row.message!, this.stop());
      case 'string': {
        const stop = this.stop();
        return this.text.decode(this.bytes.subarray(this.at, (this.at = stop)));
      }
      case 'double': return this.view.getFloat64((this.at += 8) - 8, true);
      case 'fixed32': return this.view.getUint32((this.at += 4) - 4, true);
      case 'bool': return this.varint() !== 0;
      case 'sint64': return this.zigzag();
      default: return this.varint();
    }
  }

  /** The end of what starts with its length. */
  private stop(): number {
    const length = this.varint();
    return this.at + length;
  }

  private varint(): number {
    let value = 0;
    for (let byte = 0x80, scale = 1; byte >= 0x80; scale *= 128) {
      byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  /** n stands at 2n, -n at 2n - 1: the lowest bit is the sign, and 54 bits fit no number. */
  private zigzag(): number {
    const first = this.bytes[this.at]!;
    let half = (first & 0x7f) >> 1;
    for (let byte = this.bytes[this.at++]!, scale = 64; byte >= 0x80; scale *= 128) {
      byte = this.bytes[this.at++]!;
      half += (byte & 0x7f) * scale;
    }
    return (first & 1) === 0 ? half : -half - 1;
  }
}
