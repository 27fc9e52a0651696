/** Nested C loops over elements that lie at fixed strides. */
import { joined, type Walk } from '@fretwork/compiler';

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
