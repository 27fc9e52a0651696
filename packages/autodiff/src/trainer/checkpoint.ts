/** A trainer's state as bytes: `FWT1`, length of the header (u32), header (JSON), arrays (f32), CRC-32 of all before it. */
import { crc32, FretworkError } from '@fretwork/format';

export interface CheckpointHeader {
  readonly steps: number;
  readonly optimiser: string;
  readonly random: readonly number[];
  /** Name and length of each array, in order. */
  readonly arrays: readonly (readonly [name: string, length: number])[];
}

const MAGIC = [0x46, 0x57, 0x54, 0x31];

export function writeCheckpoint(header: CheckpointHeader, arrays: readonly Float32Array[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = arrays.reduce((sum, a) => sum + a.byteLength, 0);
  const bytes = new Uint8Array(8 + text.length + size + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(4, text.length, true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const a of arrays) {
    bytes.set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), at);
    at += a.byteLength;
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

const bad = (says: string, expected: string, actual: string): FretworkError =>
  new FretworkError('train.checkpoint', says, { expected, actual, hint: 'restore a checkpoint of the same model, options and version' });

/** Reads what `writeCheckpoint` wrote for these arrays, which are filled only if all of it is good. Throws `train.checkpoint`. */
export function readCheckpoint(bytes: Uint8Array, optimiser: string, names: readonly string[], arrays: readonly Float32Array[]): CheckpointHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || MAGIC.some((b, i) => bytes[i] !== b)) throw bad('these bytes are no checkpoint', 'FWT1', 'other bytes');
  const length = view.getUint32(4, true);
  const size = arrays.reduce((sum, a) => sum + a.byteLength, 0);
  if (bytes.length !== 8 + length + size + 4) throw bad('the checkpoint has another length', `${8 + length + size + 4} bytes`, `${bytes.length}`);
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) throw bad('the checkpoint is damaged', 'its checksum', 'another one');
  const header = headerOf(bytes.subarray(8, 8 + length));
  if (header.optimiser !== optimiser) throw bad('the checkpoint is of another optimiser', optimiser, header.optimiser);
  const wanted = JSON.stringify(names.map((name, i) => [name, arrays[i]!.length]));
  if (JSON.stringify(header.arrays) !== wanted) throw bad('the checkpoint is of other tensors', wanted.slice(0, 200), JSON.stringify(header.arrays).slice(0, 200));
  let at = 8 + length;
  for (const a of arrays) {
    new Uint8Array(a.buffer, a.byteOffset, a.byteLength).set(bytes.subarray(at, at + a.byteLength));
    at += a.byteLength;
  }
  return header;
}

function headerOf(text: Uint8Array): CheckpointHeader {
  let header: Partial<CheckpointHeader> | null;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)) as Partial<CheckpointHeader> | null;
  } catch {
    throw bad('the header of the checkpoint is no JSON', 'an object', 'other text');
  }
  const { steps, optimiser, random, arrays } = header ?? {};
  if (!Number.isSafeInteger(steps) || typeof optimiser !== 'string' || !Array.isArray(arrays) || !Array.isArray(random)
    || random.length !== 4 || !random.every((n) => Number.isSafeInteger(n))) {
    throw bad('the header of the checkpoint lacks a field', 'steps, optimiser, random, arrays', Object.keys(header ?? {}).join(', '));
  }
  return { steps: steps!, optimiser, random: random as readonly number[], arrays: arrays as CheckpointHeader['arrays'] };
}
