import { FretworkError } from '@fretwork/format';
import type { ImportLimits } from '../contract.js';

/** What of a message decoding turns into objects: messages inside it, and lists of 64-bit integers. */
interface Shape {
  readonly messages: ReadonlyMap<number, Shape>;
  readonly integers: readonly number[];
}

const shape = (messages: readonly (readonly [number, Shape])[] = [], integers: readonly number[] = []): Shape =>
  ({ messages: new Map(messages), integers });

const leaf = shape();
const tensor = shape([[3, leaf], [13, leaf]], [1, 7, 11]);
const sparse = shape([[1, tensor], [2, tensor]], [3]);
const attribute = shape([[5, tensor], [22, sparse]], [8]);
const node = shape([[5, attribute]]);
const value = shape([[2, shape([[1, shape([[2, shape([[1, leaf]])]])]])]]);
const graph = shape([[1, node], [5, tensor], [11, value], [12, value], [13, value], [15, sparse]]);
const model = shape([[7, graph], [8, leaf], [14, leaf], [25, leaf]]);

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;

/**
 * Walks the wire format without decoding and counts what decoding would make, against `limits`. Nesting is bounded by
 * the schema: no message holds its own kind, and groups, which ONNX has none of, are refused here.
 * Throws `onnx.too-many-nodes`, `onnx.too-many-fields`, `onnx.malformed`.
 */
export function countFields(bytes: Uint8Array, limits: ImportLimits): void {
  let fields = 0;
  let nodes = 0;
  let at = 0;

  const count = (more: number): void => {
    fields += more;
    if (fields > limits.fields) refuse('onnx.too-many-fields', 'fields', limits.fields);
  };

  const varint = (end: number): number => {
    let result = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      if (at >= end) throw malformed(at, 'an integer cut off');
      const byte = bytes[at++]!;
      result += (byte & 127) * scale;
      if (byte < 128) return result;
    }
    throw malformed(at, 'an integer of more than ten bytes');
  };

  const walk = (message: Shape, end: number): void => {
    while (at < end) {
      const start = at;
      const tag = varint(end);
      const field = Math.floor(tag / 8);
      const wire = tag % 8;
      count(1);
      if (wire === VARINT) varint(end);
      else if (wire === EIGHT_BYTES) at += 8;
      else if (wire === FOUR_BYTES) at += 4;
      else if (wire === LENGTH) {
        const stop = varint(end) + at;
        if (stop > end) throw malformed(start, `a field of ${stop - at} bytes where ${end - at} are left`);
        const inner = message.messages.get(field);
        if (inner === node && ++nodes > limits.nodes) refuse('onnx.too-many-nodes', 'nodes', limits.nodes);
        if (inner !== undefined) walk(inner, stop);
        else if (message.integers.includes(field)) count(endsOfVarints(bytes, at, stop));
        at = stop;
      } else throw malformed(start, `wire type ${wire}`);
      if (at > end) throw malformed(start, 'a field cut off');
    }
  };
  walk(model, bytes.length);
}

function endsOfVarints(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i]! < 128) count++;
  return count;
}

const malformed = (offset: number, actual: string): FretworkError =>
  new FretworkError('onnx.malformed', 'these bytes are not an ONNX model', {
    offset, actual, hint: 'the file is cut off or of another format; fetch it again',
  });

function refuse(code: string, limit: keyof ImportLimits, allowed: number): never {
  throw new FretworkError(code, `the file has too many ${limit}`, {
    expected: `at most ${allowed}`, hint: `raise limits.${limit} if you trust the file`,
  });
}
