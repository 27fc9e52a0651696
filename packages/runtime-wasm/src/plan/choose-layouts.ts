import type { Node, OperatorRow, PackedMatrix, Value } from '../operators/row.js';
import { planeLayout, type Layout } from './layout.js';

/** A layer about to be planned. */
export interface Planned {
  readonly node: Node;
  readonly row: OperatorRow;
  readonly packed: readonly PackedMatrix[];
}

/** From this width on, a margin costs less than the copies that it saves: below 4 % more cells. */
const WIDE = 28;

/**
 * The layout of each value that all who touch it can take in planes; the others lie as tensors do. A value gets the margin
 * that its convolutions are padded by. Where maps are wide, layers that keep a map's size get the same margin before and
 * behind: the kernels then write where the next layer reads.
 */
export function chooseLayouts(planned: readonly Planned[], fixed: ReadonlySet<string>): ReadonlyMap<string, Layout> {
  const values = new Map<string, Value>();
  const refused = new Set(fixed);
  const margins = new Map<string, number>();
  const links: (readonly [string, string])[] = [];
  for (const { node, row, packed } of planned) {
    const use = row.planes?.(node, packed);
    node.inputs.forEach((value, i) => { if (value !== undefined && use?.reads.includes(i) !== true) refused.add(value.name); });
    node.outputs.forEach((value, i) => {
      if (value === undefined) return;
      values.set(value.name, value);
      if (use === undefined || i > 0 || !isMap(value)) refused.add(value.name);
    });
    if (use === undefined) continue;
    const x = node.inputs[0]!;
    const y = node.outputs[0]!;
    margins.set(x.name, Math.max(margins.get(x.name) ?? 0, use.margin));
    if (use.sameSize) for (const i of use.reads) links.push([node.inputs[i]!.name, y.name]);
    if (node.residual !== undefined) links.push([node.residual.name, y.name]);
  }
  const chosen = new Map([...values].filter(([name]) => !refused.has(name)).map(([name, { shape }]) => {
    const margin = margins.get(name) ?? 0;
    return [name, margin <= Math.max(1, shape[3]! / 8) ? margin : 0] as const;
  }));
  for (let changed = true; changed;) {
    changed = false;
    for (const pair of links) {
      const [a, b] = pair.map((name) => chosen.get(name));
      if (a === undefined || b === undefined || a === b || values.get(pair[1])!.shape[3]! < WIDE) continue;
      for (const name of pair) chosen.set(name, Math.max(a, b));
      changed = true;
    }
  }
  return new Map([...chosen].map(([name, margin]) => [name, planeLayout(values.get(name)!.shape, margin)]));
}

const isMap = ({ dtype, shape, constant }: Value): boolean => dtype === 'f32' && shape.length === 4 && constant === undefined && shape.every((size) => size > 0);
