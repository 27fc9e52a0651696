import { attribute, type Layer, type LayerWeight, type MatrixView } from '@fretwork/format';

const groupsOf = (layer: Layer): number =>
  (layer.operator === 'Conv' || layer.operator === 'ConvTranspose' ? attribute(layer, 'group', 'int', 1) : 1);

/**
 * The matrices that a weight is pruned as. Groups of a convolution read different inputs, so that a block, a channel or
 * a quota must not reach across: `[Cout, Cin/g, …]` is g matrices of Cout/g rows, one behind the other, and the
 * transposed `[Cin, Cout/g, …]` g matrices of Cin/g columns.
 */
export function matricesOf(layer: Layer, { view }: LayerWeight): MatrixView {
  const groups = groupsOf(layer);
  const { count, rows, columns, order } = view;
  if (groups <= 1 || count !== 1) return view;
  if (order === 'row-major') return rows % groups === 0 ? { ...view, count: groups, rows: rows / groups } : view;
  return columns % groups === 0 ? { ...view, count: groups, columns: columns / groups } : view;
}

/** One input channel (one output channel of a transposed convolution) per group. */
export const isDepthwise = (layer: Layer, { tensor }: LayerWeight): boolean => groupsOf(layer) > 1 && tensor.shape[1] === 1;
