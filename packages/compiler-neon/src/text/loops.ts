/** Nested C loops over elements that lie at fixed strides. */

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

/** The C expression of the element of `walk` in loops over `i0`, `i1`, … */
export function element({ pointer, offset = 0, strides }: Walk, names: readonly string[] = strides.map((_, d) => `i${d}`)): string {
  const terms = strides.flatMap((stride, d) => (stride === 0 ? [] : [stride === 1 ? names[d]! : `${names[d]!} * ${stride}`]));
  if (offset !== 0 || terms.length === 0) terms.push(String(offset));
  return `${pointer}[${terms.join(' + ')}]`;
}

/** Lines of loops over `sizes` around `body`. */
export function nest(sizes: readonly number[], body: readonly string[], first = 0): string[] {
  const lines = sizes.map((size, d) => `${'  '.repeat(d)}for (int i${d + first} = 0; i${d + first} < ${size}; i${d + first}++)`);
  const depth = '  '.repeat(sizes.length);
  const inner = body.map((line) => depth + line);
  if (sizes.length === 0 || body.length === 1) return [...lines, ...inner];
  lines[lines.length - 1] += ' {';
  return [...lines, ...inner, `${'  '.repeat(sizes.length - 1)}}`];
}

/** Copies between two walks: whole runs where both lie without gaps. */
export function copyLoops(sizes: readonly number[], to: Walk, from: Walk): string[] {
  if (sizes.some((size) => size === 0)) return [];
  const { sizes: own, walks } = joined(sizes, [to, from]);
  const [target, source] = walks as [Walk, Walk];
  const last = own.length - 1;
  if (last >= 0 && own[last]! >= 4 && target.strides[last] === 1 && source.strides[last] === 1) {
    const outer = (walk: Walk): Walk => ({ ...walk, strides: walk.strides.slice(0, last) });
    return nest(own.slice(0, last), [`memcpy(&${element(outer(target))}, &${element(outer(source))}, ${own[last]!} * sizeof(float));`]);
  }
  return nest(own, [`${element(target)} = ${element(source)};`]);
}
