/** A buffer that is needed from one step to another, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Arena {
  /** Byte offset of each buffer, a multiple of 64. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

const ALIGN = 64;

/** Machine code reads and copies whole vectors: nobody may be hurt by what lies up to this far behind a buffer. */
export const SLACK_BYTES = 64;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN) * ALIGN;

/**
 * Places buffers so that no two of which the lifetimes overlap share a byte: the largest first, each at the lowest
 * offset that is free for as long as it lives.
 */
export function placeBuffers(buffers: readonly Lifetime[]): Arena {
  const offsets = new Array<number>(buffers.length).fill(0);
  const order = buffers.map((_, i) => i).sort((a, b) => buffers[b]!.bytes - buffers[a]!.bytes || a - b);
  const placed: number[] = [];
  let bytes = 0;
  for (const i of order) {
    const own = buffers[i]!;
    const size = aligned(own.bytes + SLACK_BYTES);
    let offset = 0;
    for (const other of placed) {
      const { first, last, bytes: length } = buffers[other]!;
      if (last < own.first || first > own.last) continue;
      const end = offsets[other]! + aligned(length + SLACK_BYTES);
      if (offset < end && offsets[other]! < offset + size) offset = end;
    }
    offsets[i] = offset;
    bytes = Math.max(bytes, offset + size);
    // By offset, so that one walk finds the lowest gap.
    const at = placed.findIndex((other) => offsets[other]! > offset);
    placed.splice(at === -1 ? placed.length : at, 0, i);
  }
  return { offsets, bytes };
}
