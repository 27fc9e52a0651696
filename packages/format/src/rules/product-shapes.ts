import type { Outline } from '../container/outline.js';
import type { Layer } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import { differ, intOf, misfit, shapeText, type Shapes } from './shapes.js';

type AnyLayer = Outline<Layer>;

/** A `[M, K]` (transA: `[K, M]`), B `[K, N]` (transB: `[N, K]`), C that broadcasts to `[M, N]`. */
export function gemmFault(layer: AnyLayer, shapes: Shapes): ErrorDetails | undefined {
  const a = shapes(layer, 0);
  const b = shapes(layer, 1);
  const c = shapes(layer, 2);
  for (const [name, shape] of [['A', a], ['B', b]] as const) {
    if (shape !== undefined && shape.length !== 2) return misfit(name, 'of rank 2', shape);
  }
  const flipA = intOf(layer, 'transA', 0) !== 0;
  const flipB = intOf(layer, 'transB', 0) !== 0;
  const m = a?.[flipA ? 1 : 0];
  const inner = a?.[flipA ? 0 : 1];
  const outer = b?.[flipB ? 1 : 0];
  const n = b?.[flipB ? 0 : 1];
  if (differ(inner, outer)) return { expected: 'factors that fit', actual: `${shapeText(a!)} and ${shapeText(b!)}` };
  if (c === undefined) return undefined;
  const rows = c.at(-2);
  const columns = c.at(-1);
  const fits = c.length <= 2 && (columns === 1 || !differ(columns, n)) && (rows === 1 || !differ(rows, m));
  return fits ? undefined : misfit('C', `for [${m ?? '?'}, ${n ?? '?'}]`, c);
}

/** The last size of A is the last but one of B; a vector is a row on the left and a column on the right. */
export function factorFault(layer: AnyLayer, shapes: Shapes): ErrorDetails | undefined {
  const a = shapes(layer, 0);
  const b = shapes(layer, 1);
  for (const shape of [a, b]) if (shape?.length === 0) return misfit('a factor of', 'rank 1 or more', shape);
  if (a === undefined || b === undefined) return undefined;
  return differ(a.at(-1), b.length === 1 ? b[0] : b.at(-2)) ? { expected: 'factors that fit', actual: `${shapeText(a)} and ${shapeText(b)}` } : undefined;
}
