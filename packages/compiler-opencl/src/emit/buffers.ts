import { FretworkError, numberToHalf } from '@fretwork/format';
import type { OpenclPlan } from '../contract.js';
import { storedBytes } from '../kernels/prelude.js';
import type { BufferRow } from '../launch-plan.js';

/** What pieces of memory begin at: no device asks sub-buffers for more. */
export const ALIGNMENT = 512;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** All buffers of a project and the bytes of its constants, as they are asked for. */
export class Buffers {
  readonly rows: BufferRow[] = [];
  readonly #plan: OpenclPlan;
  readonly #placed = new Map<string, { readonly buffer: number } | { readonly viewOf: string }>();
  readonly #known = new Map<string, number>();
  readonly #scratch = new Map<string, number>();
  readonly #constants: Uint8Array[] = [];
  #constantBytes = 0;

  constructor(plan: OpenclPlan) {
    this.#plan = plan;
    const { buffers, values } = plan.memory;
    for (const { value, buffer, of } of values) {
      if (buffer !== undefined) this.#placed.set(value, { buffer });
      else if (of !== undefined) this.#placed.set(value, { viewOf: of });
    }
    for (const { scratchOf, offset } of buffers) if (scratchOf !== undefined) this.#scratch.set(scratchOf, offset);
  }

  /** The buffer of what an input or a layer gives. Throws `opencl.plan`. */
  value(name: string): number {
    const found = this.#placed.get(name);
    if (found !== undefined && 'viewOf' in found) return this.value(found.viewOf);
    if (found !== undefined) {
      const { offset, bytes } = this.#plan.memory.buffers[found.buffer]!;
      return this.#once(`value ${found.buffer}`, { kind: 'arena', offset, bytes: Math.max(bytes, 4) });
    }
    const input = this.#known.get(`input ${name}`);
    if (input !== undefined) return input;
    throw new FretworkError('opencl.plan', 'the plan has no place for a value of this model', { tensor: name.slice(0, 80), hint: 'emit a plan for the very model that it was made for' });
  }

  /** Names the buffer that an input of the model is read from. */
  place(input: string, buffer: number): void {
    this.#known.set(`input ${input}`, buffer);
  }

  add(row: BufferRow): number {
    this.rows.push(row);
    return this.rows.length - 1;
  }

  /** Piece `i` of a layer's scratch memory. */
  scratch(layer: string, i: number): number {
    const { scratch } = this.#plan.layers.find((row) => row.layer === layer)!;
    const before = scratch.slice(0, i).reduce((sum, bytes) => sum + aligned(bytes), 0);
    return this.#once(`scratch ${i} ${layer}`, { kind: 'arena', offset: this.#scratch.get(layer)! + before, bytes: scratch[i]! });
  }

  /** Elements of the type of the plan. */
  numbers(values: ArrayLike<number>): number {
    const bytes = this.#plan.type === 'f32' ? Float32Array.from(values) : Uint16Array.from(values, numberToHalf);
    return this.#constant(new Uint8Array(bytes.buffer), storedBytes(this.#plan.type));
  }

  integers(values: ArrayLike<number>): number {
    return this.#constant(new Uint8Array(Int32Array.from(values).buffer), 4);
  }

  /** Buffer `of` as texels. It gets memory of its own: drivers make no images of pieces. Nothing else is in its place while it is in use. */
  image(of: number, bytes: number): number {
    const row = this.rows[of]!;
    if (row.kind === 'arena') this.rows[of] = { kind: 'own', bytes: row.bytes };
    return this.#once(`image ${of}`, { kind: 'image', of, texels: Math.floor(bytes / (4 * storedBytes(this.#plan.type))) });
  }

  weights(): Uint8Array {
    const all = new Uint8Array(this.#constantBytes);
    let at = 0;
    for (const bytes of this.#constants) {
      all.set(bytes, at);
      at += aligned(bytes.length);
    }
    return all;
  }

  #constant(given: Uint8Array, least: number): number {
    const bytes = given.length === 0 ? new Uint8Array(least) : given;
    const offset = this.#constantBytes;
    this.#constants.push(bytes);
    this.#constantBytes += aligned(bytes.length);
    return this.add({ kind: 'constant', offset, bytes: bytes.length });
  }

  #once(key: string, row: BufferRow): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const at = this.add(row);
    this.#known.set(key, at);
    return at;
  }
}
