/** Where elements lie: strides per dimension, in elements. */

/** How one operand is walked: an element per step of the loops, `strides` elements apart per dimension. */
export interface Walk {
  /** A C expression of pointer type. */
  readonly pointer: string;
  readonly offset?: number;
  readonly strides: readonly number[];
}

export const rowMajor = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
};

/** Strides of a value of `shape` broadcast to `to`, by ONNX's rule: right-aligned, sizes of 1 stand still. */
export function broadcastStrides(shape: readonly number[], to: readonly number[]): number[] {
  const own = rowMajor(shape);
  const skip = to.length - shape.length;
  return to.map((_, d) => (d < skip || shape[d - skip] === 1 ? 0 : own[d - skip]!));
}

/** The same walks in as few dimensions as there can be: sizes of 1 go, neighbours that lie one behind the other join. */
export function joined(sizes: readonly number[], walks: readonly Walk[]): { sizes: number[]; walks: Walk[] } {
  const kept: number[] = [];
  const strides = walks.map((): number[] => []);
  sizes.forEach((size, d) => {
    if (size === 1) return;
    const last = kept.length - 1;
    if (last >= 0 && walks.every((walk, w) => strides[w]![last] === walk.strides[d]! * size)) {
      kept[last]! *= size;
      walks.forEach((walk, w) => { strides[w]![last] = walk.strides[d]!; });
      return;
    }
    kept.push(size);
    walks.forEach((walk, w) => strides[w]!.push(walk.strides[d]!));
  });
  return { sizes: kept, walks: walks.map((walk, w) => ({ ...walk, strides: strides[w]! })) };
}
