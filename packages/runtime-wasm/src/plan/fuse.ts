import type { Activation, Layer } from '@fretwork/format';
import type { Node, PackedMatrix, Value } from '../operators/row.js';
import { findRow } from '../operators/table.js';
import type { ValueOf } from './nodes.js';

/** A layer that others may join, and where it stands. */
interface Maker {
  readonly at: number;
  readonly node: Node;
}

/**
 * Joins an Add of two maps, and a Relu or Clip, to the layer whose result it alone reads. The joined layer takes the place of
 * the one that joined: nobody else waits for its result, and what the other maker of a sum made is there by then.
 */
export function fuse(nodes: readonly Node[], uses: ReadonlyMap<string, number>, find: ValueOf, packedOf: (layer: Layer) => readonly PackedMatrix[]): readonly Node[] {
  const fused: (Node | undefined)[] = [...nodes];
  /** Where each value is made. */
  const made = new Map<string, number>();
  const maker = (value: Value | undefined): Maker | undefined => {
    if (value === undefined || uses.get(value.name) !== 1 || value.dtype !== 'f32') return undefined;
    const at = made.get(value.name);
    const node = at === undefined ? undefined : fused[at];
    return node === undefined || node.activation !== undefined || findRow(node.layer)?.fuses !== true || node.outputs[0]?.name !== value.name ? undefined : { at: at!, node };
  };
  const join = (at: number, { at: before, node }: Maker, changes: Partial<Node>): void => {
    const { layer, outputs } = fused[at]!;
    fused[before] = undefined;
    fused[at] = { ...node, ...changes, outputs: [outputs[0], ...node.outputs.slice(1)], fused: [...node.fused, layer.name] };
    for (const output of fused[at]!.outputs) if (output !== undefined) made.set(output.name, at);
  };
  nodes.forEach((node, at) => {
    for (const output of node.outputs) if (output !== undefined) made.set(output.name, at);
    const clamp = node.activation === undefined ? clampOf(node.layer, find) : undefined;
    const before = clamp === undefined ? undefined : maker(node.inputs[0]);
    if (clamp !== undefined && before !== undefined) join(at, before, { activation: clamp });
    else if (isSumOfTwo(node.layer)) joinSum(at, node);
  });
  return fused.filter((node) => node !== undefined);

  function joinSum(at: number, { inputs: [a, b], outputs: [sum], activation }: Node): void {
    // Kernels do these two themselves.
    if (activation !== undefined && activation.kind !== 'relu' && activation.kind !== 'clip') return;
    if (a === undefined || b === undefined || sum === undefined || a.name === b.name || !sameSize(a, b) || !sameSize(a, sum)) return;
    const place = (value: Value): number => made.get(value.name) ?? -1;
    // The later one first: its inputs live on anyway.
    for (const [own, other] of place(a) < place(b) ? [[b, a], [a, b]] as const : [[a, b], [b, a]] as const) {
      const into = maker(own);
      if (into === undefined || into.node.residual !== undefined || other.constant !== undefined) continue;
      if (findRow(into.node.layer)?.adds?.(into.node, packedOf(into.node.layer)) !== true) continue;
      join(at, into, { residual: other, activation });
      return;
    }
  }
}

const isSumOfTwo = ({ domain, operator, inputs }: Layer): boolean => domain === '' && (operator === 'Add' || operator === 'Sum') && inputs.length === 2;

const sameSize = (a: Value, b: Value): boolean => a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((size, d) => size === b.shape[d]);

/** The activation that a layer is, if it is a Relu, or a Clip with constant bounds. */
function clampOf(layer: Layer, find: ValueOf): Activation | undefined {
  if (layer.domain !== '') return undefined;
  if (layer.operator === 'Relu') return { kind: 'relu' };
  if (layer.operator !== 'Clip') return undefined;
  const bounds = [1, 2].map((i) => {
    const name = layer.inputs[i] ?? '';
    if (name === '') return i === 1 ? -Infinity : Infinity;
    const tensor = find(name)?.constant;
    return tensor?.kind === 'dense' && tensor.data.length === 1 ? Number(tensor.data[0]) : undefined;
  });
  const [alpha, beta] = bounds;
  return alpha === undefined || beta === undefined ? undefined : { kind: 'clip', alpha, beta };
}
