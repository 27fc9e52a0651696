/** Operators whose results are known before a run: from attributes, shapes, or inputs that decide the shape. */
import { attribute, ONNX_DTYPES, requiredAttribute } from '@fretwork/format';
import { int } from './attributes.js';
import { constantNumbers, targetOf } from './constant-input.js';
import { isHalf, isWide, onNumbers, zeroOf } from './elements.js';
import { sizeOf, type Binding, type Given, type OperatorRow, type Shape, type Step } from './row.js';
import { alike, misfit, shapeOf } from './shapes.js';

/** Elements of a shape, from attribute start to attribute end. */
function partOf(given: Given): Shape {
  const x = shapeOf(given, 0);
  return x.slice(int(given.layer, 'start', 0), int(given.layer, 'end', x.length));
}

/** Writes what nothing of a run changes. */
const constant = (operator: string, row: Omit<OperatorRow, 'operator' | 'prepare'>, elements: (b: Binding) => readonly (number | bigint)[]): OperatorRow => ({
  operator,
  ...row,
  prepare: (b) => {
    const out = b.view(b.node.outputs[0]!);
    const found = elements(b);
    return () => { for (let i = 0; i < out.length; i++) out[i] = found[i % found.length]!; };
  },
});

/** How many steps of input 2 lead from input 0 to input 1. */
function ranged(given: Given): readonly Shape[] {
  alike(given);
  const [start, limit, delta] = [0, 1, 2].map((i) => constantNumbers(given, i)?.[0]);
  const count = Math.ceil((limit! - start!) / delta!);
  return [[Number.isFinite(count) ? Math.max(0, count) : misfit('three numbers', count)]];
}

function range(b: Binding): Step {
  return onNumbers(b, ([start, , delta], [out]) => () => { for (let i = 0; i < out.length; i++) out[i] = start[0]! + i * delta[0]!; });
}

/** Ones on the k-th diagonal. */
function eye({ node }: Binding): readonly (number | bigint)[] {
  const [rows, columns] = node.inputs[0]!.shape as [number, number];
  const { dtype } = node.outputs[0]!;
  const k = int(node.layer, 'k', 0);
  const one = isWide(dtype) ? 1n : dtype === 'f16' ? 0x3c00 : isHalf(dtype) ? 0x3f80 : 1;
  return Array.from({ length: rows * columns }, (_, i) => (i % columns - Math.floor(i / columns) === k ? one : zeroOf(dtype)));
}

export const CONSTANTS: readonly OperatorRow[] = [
  { operator: 'Range', shapeInputs: [0, 1, 2], shapes: ranged, prepare: range },
  constant('ConstantOfShape', {
    shapeInputs: [0], shapes: (given) => [targetOf(given, 0)], dtypes: ({ layer }) => [attribute(layer, 'value', 'tensor', undefined)?.dtype ?? 'f32'],
  }, ({ node: { layer } }) => [...attribute(layer, 'value', 'tensor', undefined)?.data ?? [0]]),
  constant('Constant', {
    shapes: ({ layer }) => [requiredAttribute(layer, 'value', 'tensor').shape], dtypes: ({ layer }) => [requiredAttribute(layer, 'value', 'tensor').dtype],
  }, ({ node: { layer } }) => [...requiredAttribute(layer, 'value', 'tensor').data]),
  constant('Shape', { ofShapes: true, shapes: (given) => [[partOf(given).length]], dtypes: () => ['i64'] }, ({ node }) => partOf(node).map(BigInt)),
  constant('Size', { ofShapes: true, shapes: () => [[]], dtypes: () => ['i64'] }, ({ node }) => [BigInt(sizeOf(shapeOf(node, 0)))]),
  constant('EyeLike', {
    ofShapes: true, shapes: (given) => [shapeOf(given, 0, 2)], dtypes: ({ layer }) => [ONNX_DTYPES.get(int(layer, 'dtype', 0))],
  }, eye),
];
