import { ANY, float, int, ints, required, row, since, string, tensor, type OperatorRow } from './row.js';

const reduced: readonly string[] = [
  'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare',
];

/** Opset 16 has it, but of its values max and min only 18. */
const reduction = since(18, string('reduction', 'none'));

/** Layers that move, pick, gather or reduce elements. */
export const RESHAPING: readonly OperatorRow[] = [
  ...['ArgMax', 'ArgMin'].map((operator) => row(operator, [1, 13], [1, 1], [1, 1], int('axis', 0), int('keepdims', 1), int('select_last_index', 0))),
  ...reduced.map((operator) =>
    row(operator, [1, operator === 'ReduceSum' ? 13 : 18], [1, 2], [1, 1], int('keepdims', 1), int('noop_with_empty_axes', 0))),
  row('Concat', [4, 13], [1, ANY], [1, 1], required(int('axis'))),
  row('ConstantOfShape', [9, 13], [1, 1], [1, 1], tensor('value')),
  row('CumSum', [11, 13], [2, 2], [1, 1], int('exclusive', 0), int('reverse', 0)),
  row('DepthToSpace', [1, 13], [1, 1], [1, 1], required(int('blocksize')), string('mode', 'DCR')),
  row('Expand', [8, 13], [2, 2], [1, 1]),
  row('Flatten', [1, 13], [1, 1], [1, 1], int('axis', 1)),
  row('Gather', [1, 13], [2, 2], [1, 1], int('axis', 0)),
  row('GatherElements', [11, 13], [2, 2], [1, 1], int('axis', 0)),
  row('GatherND', [11, 13], [2, 2], [1, 1], int('batch_dims', 0)),
  row('NonZero', [9, 13], [1, 1], [1, 1]),
  row('OneHot', [9, 13], [3, 3], [1, 1], int('axis', -1)),
  row('Pad', [2, 18], [2, 4], [1, 1], string('mode', 'constant')),
  row('Range', [11, 13], [3, 3], [1, 1]),
  row('Reshape', [5, 13], [2, 2], [1, 1], since(14, int('allowzero', 0))),
  row('Resize', [10, 13], [1, 4], [1, 1], since(18, int('antialias', 0)), since(18, ints('axes')), string('coordinate_transformation_mode', 'half_pixel'),
    float('cubic_coeff_a', -0.75), int('exclude_outside', 0), float('extrapolation_value', 0), since(18, string('keep_aspect_ratio_policy', 'stretch')),
    string('mode', 'nearest'), string('nearest_mode', 'round_prefer_floor')),
  row('ScatterElements', [11, 13], [3, 3], [1, 1], int('axis', 0), reduction),
  row('ScatterND', [11, 13], [3, 3], [1, 1], reduction),
  row('Shape', [1, 13], [1, 1], [1, 1], since(15, int('end')), since(15, int('start', 0))),
  row('Size', [1, 13], [1, 1], [1, 1]),
  row('Slice', [1, 13], [3, 5], [1, 1]),
  row('SpaceToDepth', [1, 13], [1, 1], [1, 1], required(int('blocksize'))),
  row('Split', [2, 13], [1, 2], [1, ANY], int('axis', 0), since(18, int('num_outputs'))),
  row('Squeeze', [1, 13], [1, 2], [1, 1]),
  row('Tile', [6, 13], [2, 2], [1, 1]),
  row('TopK', [1, 13], [2, 2], [2, 2], int('axis', -1), int('largest', 1), int('sorted', 1)),
  row('Transpose', [1, 13], [1, 1], [1, 1], ints('perm')),
  row('Trilu', [14, 14], [1, 2], [1, 1], int('upper', 1)),
  row('Unsqueeze', [1, 13], [2, 2], [1, 1]),
];
