import { crc32, FretworkError } from '@fretwork/format';
import type { MethodState } from './state.js';

/** Where a run stands after a phase. */
export interface Checkpoint {
  /** The schedule and what it is for, as text: a run goes on only with its own. */
  readonly schedule: string;
  /** Phases that are done. */
  readonly done: number;
  readonly state: MethodState;
  readonly trainer: Uint8Array;
}

type Kind = 'mask' | 'z' | 'u' | 'strength';

interface Header {
  readonly schedule: string;
  readonly done: number;
  readonly rho: readonly (readonly [tensor: string, rho: number])[];
  readonly scale: readonly (readonly [tensor: string, scale: number])[];
  /** In the order of their bytes; `trainer` bytes come last. */
  readonly arrays: readonly (readonly [kind: Kind, tensor: string, elements: number])[];
}

const MAGIC = 0x50434b46;
const PREFIX = 12;
const bytesOf = (array: Uint8Array | Float32Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * `FKCP`, CRC-32 of the rest, length of the header (u32 little-endian), header (JSON, UTF-8), arrays one behind the
 * other (masks as bytes, the others as f32), the trainer's own bytes.
 */
export function writeCheckpoint({ schedule, done, state, trainer }: Checkpoint): Uint8Array {
  const arrays: (readonly [Kind, string, Uint8Array | Float32Array])[] = [
    ...[...state.masks].map(([tensor, mask]) => ['mask', tensor, mask] as const),
    ...[...state.admm].flatMap(([tensor, { z, u }]) => [['z', tensor, z], ['u', tensor, u]] as const),
    ...[...state.strengths].map(([tensor, strength]) => ['strength', tensor, strength] as const),
  ];
  const header: Header = {
    schedule, done, rho: [...state.admm].map(([tensor, { rho }]) => [tensor, rho]), scale: [...state.scale],
    arrays: arrays.map(([kind, tensor, array]) => [kind, tensor, array.length]),
  };
  const parts = [new TextEncoder().encode(JSON.stringify(header)), ...arrays.map(([, , array]) => bytesOf(array)), trainer];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, PREFIX));
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, parts[0]!.length, true);
  let at = PREFIX;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  view.setUint32(4, crc32(out.subarray(8)), true);
  return out;
}

/** The inverse of `writeCheckpoint`. Throws `checkpoint.damaged`. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const damaged = (says: string): FretworkError =>
    new FretworkError('checkpoint.damaged', says, { hint: 'start over, or resume from an older checkpoint' });
  if (bytes.length < PREFIX) throw damaged(`a checkpoint has at least ${PREFIX} bytes, this one ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw damaged('this is no checkpoint');
  if (view.getUint32(4, true) !== crc32(bytes.subarray(8))) throw damaged('the checksum of the checkpoint is wrong');
  let at = PREFIX + view.getUint32(8, true);
  // The checksum holds: what follows is as it was written.
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, at))) as Header;
  const found: Record<Kind, Map<string, Uint8Array | Float32Array>> = { mask: new Map(), z: new Map(), u: new Map(), strength: new Map() };
  for (const [kind, tensor, elements] of header.arrays) {
    const size = kind === 'mask' ? elements : 4 * elements;
    if (at + size > bytes.length) throw damaged(`the checkpoint ends inside ${kind} of ${tensor}`);
    const copy = bytes.slice(at, at + size);
    found[kind].set(tensor, kind === 'mask' ? copy : new Float32Array(copy.buffer));
    at += size;
  }
  const state: MethodState = {
    masks: found.mask as Map<string, Uint8Array>,
    admm: new Map(header.rho.map(([tensor, rho]) => [tensor, { rho, z: found.z.get(tensor) as Float32Array, u: found.u.get(tensor) as Float32Array }])),
    strengths: found.strength as Map<string, Float32Array>,
    scale: new Map(header.scale),
  };
  return { schedule: header.schedule, done: header.done, state, trainer: bytes.slice(at) };
}
