import { CLAMP_ADDRESS, RESIDUAL_ADDRESS } from '../kernels/stream.js';
import { FLAG, RECORD, recordBytes } from '../pack/record.js';
import { BLOCK, blockBytes, GROUP, PART, QUARTERED_ROWS } from '../pack/vector-record.js';
import { callAlone, type Copy, type Kernels, type Machine, type Pool } from './machine.js';

/** The kernels as plain loops over the same programs, for hosts that refuse WebAssembly. */
export function javascriptMachine(bytes: number): Machine {
  let buffer = new ArrayBuffer(bytes);
  let words = new Uint32Array(buffer);
  let halves = new Uint16Array(buffer);
  let floats = new Float32Array(buffer);
  const clamped = (value: number): number => {
    const low = floats[CLAMP_ADDRESS / 4]!;
    const high = floats[CLAMP_ADDRESS / 4 + 1]!;
    return value < low ? low : value > high ? high : value;
  };
  const walk = (step: number, put: (target: number, value: number) => void): Copy => (from, to, planes, rows, width, fromPitch, toPitch, fromPlane, toPlane) => {
    for (let p = 0; p < planes; p++) {
      for (let r = 0; r < rows; r++) {
        const source = (from + p * fromPlane + r * fromPitch) / 4;
        const target = (to + p * toPlane + r * toPitch) / 4;
        for (let x = 0; x < width; x++) put(target + x, floats[source + x * step]!);
      }
    }
  };
  const copy = (step: number): Copy => walk(step, (target, value) => { floats[target] = value; });
  const add = walk(1, (target, value) => { floats[target] = clamped(floats[target]! + value); });
  const frame: Kernels['frame'] = (size, to, planes, rows, width, first, pitch, _none, plane) => {
    for (let p = 0; p < planes; p++) {
      const start = (to + p * plane) / 4;
      let at = start;
      for (let r = 0; r < rows; r++) {
        floats.fill(0, at, start + (first + r * pitch) / 4);
        at = start + (first + r * pitch) / 4 + width;
      }
      floats.fill(0, at, start + size / 4);
    }
  };
  const map = (start: number, end: number, input: number, output: number, vectors: number): void => {
    const pixels = 4 * vectors;
    for (let record = start; record < end;) {
      const at = record / 4;
      const rows = words[at + RECORD.flags / 4]! & FLAG.rowsMask;
      for (let r = 0; r < rows; r++) run(at, r, rows, input, output, pixels);
      record += recordBytes(rows);
    }
  };
  /** Row r of the run at word `at`. */
  const run = (at: number, r: number, rows: number, input: number, output: number, pixels: number): void => {
    const columns = words[at + RECORD.columns / 4]!;
    const offsets = words[at + RECORD.offsets / 4]! / 4;
    const weights = words[at + RECORD.weights / 4]! / 4 + r;
    const row = at + (RECORD.rows + r * RECORD.perRow) / 4;
    const target = (output + words[row]!) / 4;
    if (((words[at + RECORD.first / 4]! >>> r) & 1) === 1) {
      const bias = floats[words[row + 1]! / 4]!;
      const residual = (words[at + RECORD.flags / 4]! & FLAG.residual) === 0 ? undefined : target + (words[RESIDUAL_ADDRESS / 4]! | 0) / 4;
      for (let x = 0; x < pixels; x++) floats[target + x] = residual === undefined ? bias : bias + floats[residual + x]!;
    }
    for (let c = 0; c < columns; c++) {
      const weight = floats[weights + c * rows]!;
      const source = (input + words[offsets + c]!) / 4;
      for (let x = 0; x < pixels; x++) floats[target + x]! += weight * floats[source + x]!;
    }
    if (((words[at + RECORD.last / 4]! >>> r) & 1) === 0) return;
    for (let x = 0; x < pixels; x++) floats[target + x] = clamped(floats[target + x]!);
  };
  const vector = (part: number, input: number, output: number, vectors: number, inputPitch: number, outputPitch: number): void => {
    for (let v = 0; v < vectors; v++) {
      const from = words[(part + PART.from) / 4]!;
      const to = words[(part + PART.to) / 4]!;
      const bias = words[(part + PART.bias) / 4]!;
      const out = output + v * outputPitch;
      for (let r = from; r < to; r += 4) floats[(out + r) / 4] = floats[(bias + r - from) / 4]!;
      for (let group = part + PART.groups; group < words[(part + PART.end) / 4]!;) {
        const rows = words[group / 4]!;
        const end = words[(group + GROUP.end) / 4]!;
        for (let at = group + GROUP.blocks; at < end; at += blockBytes(rows, words[(at + BLOCK.columns) / 4]!)) block(at, rows, input + v * inputPitch, out);
        group = end;
      }
      const low = floats[CLAMP_ADDRESS / 4]!;
      const high = floats[CLAMP_ADDRESS / 4 + 1]!;
      for (let at = (out + from) / 4; at < (out + to) / 4; at++) floats[at] = floats[at]! < low ? low : floats[at]! > high ? high : floats[at]!;
    }
  };
  /** One block of `vector`. */
  const block = (at: number, rows: number, input: number, output: number): void => {
    const columns = words[(at + BLOCK.columns) / 4]!;
    const first = words[(at + BLOCK.weights) / 4]! / 4;
    const source = (input + words[(at + BLOCK.input) / 4]!) / 4;
    const cells = (at + BLOCK.rows) / 2 + 2 * rows;
    const turns = rows === QUARTERED_ROWS ? columns & ~3 : 0;
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        const weight = first + (c < turns ? (c & 3) * (turns >> 2) + (c >> 2) : c) * rows + r;
        sum += floats[weight]! * floats[source + halves[cells + c]!]!;
      }
      floats[(output + words[(at + BLOCK.rows) / 4 + r]!) / 4]! += sum;
    }
  };
  const pool = (together: (a: number, b: number) => number, step: (distance: number) => number, between: (distance: number) => number): Pool =>
    (from, to, count, distance, vectors) => {
      for (let x = 0; x < 4 * vectors; x++) {
        const first = from / 4 + x * step(distance);
        let sum = floats[first]!;
        for (let k = 1; k < count; k++) sum = together(floats[first + k * between(distance)]!, sum);
        floats[to / 4 + x] = sum;
      }
    };
  const rows = (together: (a: number, b: number) => number): Pool => pool(together, () => 1, (pitch) => pitch / 4);
  const columns = (together: (a: number, b: number) => number): Pool => pool(together, (stride) => stride, () => 1);
  const plus = (a: number, b: number): number => a + b;
  const kernels: Kernels = {
    map, vector, copy1: copy(1), copy2: copy(2), add, frame, rowsMost: rows(Math.max), rowsSum: rows(plus), columnsMost: columns(Math.max), columnsSum: columns(plus),
  };
  return {
    kernels,
    threads: 1,
    fork: callAlone(kernels),
    dispose: () => undefined,
    buffer: () => buffer,
    grow: (wanted) => {
      if (wanted <= buffer.byteLength) return;
      const larger = new ArrayBuffer(wanted);
      new Uint8Array(larger).set(new Uint8Array(buffer));
      buffer = larger;
      words = new Uint32Array(buffer);
      halves = new Uint16Array(buffer);
      floats = new Float32Array(buffer);
    },
  };
}
