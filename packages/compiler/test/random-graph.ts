import { MASK_KINDS, type Random } from '@fretwork/conformance';
import { dense, encode, weightsOf, type DenseTensor, type LayerWeight, type Model, type Tensor } from '@fretwork/format';
import { Build } from './build.js';

/** A value of the graph being drawn; images are [N, C, H, W], rows [N, C]. */
interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const floats = (draw: Random, shape: readonly number[], scale = 1, shift = 0): DenseTensor =>
  dense('f32', shape, Float32Array.from({ length: count(shape) }, () => draw.normal() * scale + shift));

/**
 * A small network of the kinds of layers that passes work on: convolutions (transposed, grouped, depthwise), batch norms,
 * activations, pads, pools, residual and constant additions, moves of data, matrix products. Weights are dense or
 * sparse in any encoding. Every second value may be an output.
 */
export function randomGraph(draw: Random): Model {
  const b = new Build();
  const batch = draw.integer(1, 2);
  let at: Value = { name: b.input('x', [batch, draw.integer(1, 4), draw.integer(5, 9), draw.integer(5, 9)]), shape: [] };
  at = { ...at, shape: b.inputs[0]!.shape as number[] };
  const seen: Value[] = [at];
  const made = (name: string, shape: readonly number[]): Value => {
    const value = { name, shape };
    seen.push(value);
    return value;
  };
  let n = 0;
  const tensor = (shape: readonly number[], scale?: number, shift?: number): string => b.tensor(`t${n++}`, floats(draw, shape, scale, shift));
  const steps = draw.integer(4, 14);
  for (let i = 0; i < steps; i++) at = (at.shape.length === 4 ? drawImage : drawRows)();
  b.output(at.name);
  for (const value of seen) if (value.name !== at.name && value.name !== 'x' && draw.next() < 0.05) b.output(value.name);
  return withSparseWeights(b.model(), draw);

  function drawImage(): Value {
    const kinds = [conv, conv, conv, transposed, norm, norm, norm, activation, activation, activation, constant, constant, residual, residual, pad, pad, pool, move, nothing, flatten];
    return draw.pick(kinds)();
  }
  function drawRows(): Value {
    return draw.pick([gemm, gemm, matMul, matMul, norm, activation, activation, constant, constant, residual, nothing])();
  }

  function conv(): Value {
    const [, c, h, w] = at.shape as [number, number, number, number];
    const group = c > 1 && draw.next() < 0.3 ? c : 1;
    const cout = group * draw.integer(1, group === 1 ? 6 : 2);
    const k = draw.pick([1, 2, 3].filter((size) => size <= h && size <= w));
    const [top, left, bottom, right] = [0, 0, 0, 0].map(() => draw.integer(0, 1)) as [number, number, number, number];
    const auto = draw.pick(['', '', '', 'VALID', 'SAME_UPPER']);
    const stride = draw.integer(1, 2);
    const attributes = { group, kernel_shape: [k, k], strides: [stride, stride], ...(auto === '' ? { pads: [top, left, bottom, right] } : { auto_pad: auto }) };
    const size = (length: number, pads: number): number => (auto === 'SAME_UPPER' ? Math.ceil(length / stride) : Math.floor((length + (auto === '' ? pads : 0) - k) / stride) + 1);
    const inputs = [at.name, tensor([cout, c / group, k, k], 0.5), ...(draw.next() < 0.5 ? [tensor([cout])] : [])];
    return made(b.layer('Conv', inputs, attributes), [at.shape[0]!, cout, size(h, top + bottom), size(w, left + right)]);
  }
  function transposed(): Value {
    const [, c, h, w] = at.shape as [number, number, number, number];
    if (h > 12 || w > 12) return at;
    const group = c % 2 === 0 ? 2 : 1;
    const per = draw.integer(1, 3);
    const inputs = [at.name, tensor([c, per, 2, 2], 0.5), ...(draw.next() < 0.5 ? [tensor([per * group])] : [])];
    return made(b.layer('ConvTranspose', inputs, { group, kernel_shape: [2, 2] }), [at.shape[0]!, per * group, h + 1, w + 1]);
  }
  function norm(): Value {
    const c = at.shape[1]!;
    const variance = b.tensor(`t${n++}`, dense('f32', [c], Float32Array.from({ length: c }, () => 0.2 + draw.next())));
    return made(b.layer('BatchNormalization', [at.name, tensor([c], 0.5, 1), tensor([c]), tensor([c]), variance], { epsilon: 1e-5 }), at.shape);
  }
  function activation(): Value {
    const kind = draw.pick(['Relu', 'Relu', 'Clip', 'LeakyRelu', 'PRelu', 'Sigmoid', 'Tanh', 'HardSigmoid', 'HardSwish']);
    const bounds = [b.tensor(`t${n++}`, dense('f32', [], Float32Array.of(-0.5))), draw.next() < 0.5 ? '' : b.tensor(`t${n++}`, dense('f32', [], Float32Array.of(2)))];
    const inputs = kind === 'Clip' ? [at.name, ...bounds] : kind === 'PRelu' ? [at.name, b.floats(`t${n++}`, [1], [0.25])] : [at.name];
    return made(b.layer(kind, inputs, kind === 'LeakyRelu' ? { alpha: 0.1 } : {}), at.shape);
  }
  function constant(): Value {
    const c = at.shape[1]!;
    const shape = at.shape.length === 2 ? draw.pick([[c], [1, c], [], [1]]) : draw.pick([[c, 1, 1], [1, c, 1, 1], [], at.shape.slice(1), [at.shape[3]!]]);
    const value = tensor(shape);
    const [operator, inputs] = draw.pick([['Add', [at.name, value]], ['Add', [value, at.name]], ['Sub', [at.name, value]], ['Mul', [at.name, value]]] as const);
    return made(b.layer(operator, inputs), at.shape);
  }
  function residual(): Value {
    const others = seen.filter(({ shape }) => shape.join() === at.shape.join());
    const other = draw.pick(others);
    return made(b.layer('Add', draw.next() < 0.5 ? [at.name, other.name] : [other.name, at.name]), at.shape);
  }
  function pad(): Value {
    const amounts = [0, 0, draw.integer(0, 1), draw.integer(0, 1), 0, draw.next() < 0.1 ? 1 : 0, draw.integer(0, 1), draw.integer(0, 1)];
    const inputs = [at.name, b.ints(`t${n++}`, amounts), ...(draw.next() < 0.5 ? [b.floats(`t${n++}`, [], [draw.next() < 0.8 ? 0 : 1])] : [])];
    return made(b.layer('Pad', inputs, { mode: 'constant' }), at.shape.map((size, axis) => size + amounts[axis]! + amounts[axis + 4]!));
  }
  function pool(): Value {
    const [, , h, w] = at.shape as [number, number, number, number];
    if (h < 3 || w < 3) return at;
    const p = draw.integer(0, 1);
    const kind = draw.pick(['MaxPool', 'AveragePool']);
    const include = kind === 'AveragePool' ? { count_include_pad: draw.integer(0, 1) } : {};
    return made(b.layer(kind, [at.name], { kernel_shape: [2, 2], strides: [2, 2], pads: [p, p, p, p], ...include }),
      [...at.shape.slice(0, 2), ...[h, w].map((size) => Math.floor((size + 2 * p - 2) / 2) + 1)]);
  }
  function move(): Value {
    const [batchSize, c, h, w] = at.shape as [number, number, number, number];
    if (draw.next() < 0.5) {
      const perm = draw.pick([[0, 1, 3, 2], [0, 1, 2, 3], [1, 0, 2, 3]]);
      return made(b.layer('Transpose', [at.name], { perm }), perm.map((axis) => at.shape[axis]!));
    }
    const flat = b.layer('Reshape', [at.name, b.ints(`t${n++}`, [batchSize, -1])]);
    return made(b.layer('Reshape', [flat, b.ints(`t${n++}`, [batchSize, c, w, h])]), [batchSize, c, w, h]);
  }
  function nothing(): Value {
    const [operator, inputs] = draw.pick([['Identity', [at.name]], ['Dropout', [at.name]], ['Pad', [at.name, b.ints(`t${n++}`, at.shape.flatMap(() => [0, 0]))]]] as const);
    return made(b.layer(operator, inputs), at.shape);
  }
  function flatten(): Value {
    return made(b.layer('Flatten', [at.name]), [at.shape[0]!, count(at.shape.slice(1))]);
  }
  function gemm(): Value {
    const [k, m] = [at.shape[1]!, draw.integer(1, 8)];
    const transB = draw.integer(0, 1);
    const bias = draw.pick<readonly string[]>([[], [tensor([m])], [tensor([1, m])], [tensor([])]]);
    return made(b.layer('Gemm', [at.name, tensor(transB === 1 ? [m, k] : [k, m], 0.3), ...bias], { transB, alpha: draw.pick([1, 0.5]), beta: draw.pick([1, 2]) }), [at.shape[0]!, m]);
  }
  function matMul(): Value {
    const m = draw.integer(1, 8);
    return made(b.layer('MatMul', [at.name, tensor([at.shape[1]!, m], 0.3)]), [at.shape[0]!, m]);
  }
}

/** Some of the weights pruned by a random mask and stored in a random encoding that can hold it. */
export function withSparseWeights(model: Model, draw: Random): Model {
  const tensors = new Map(model.tensors);
  for (const layer of model.layers) {
    for (const weight of weightsOf(model, layer)) if (draw.next() < 0.5) tensors.set(weight.name, sparse(weight, draw));
  }
  return { ...model, tensors };
}

function sparse({ tensor, view }: LayerWeight, draw: Random): Tensor {
  const kind = draw.pick(MASK_KINDS.filter(({ fits }) => fits(view)));
  const cut = kind.draw(draw, view);
  const values = Float32Array.from(tensor.kind === 'dense' ? tensor.data as Float32Array : []);
  for (let m = 0; m < view.count; m++) {
    const matrix = values.subarray(m * view.rows * view.columns, (m + 1) * view.rows * view.columns);
    if (view.order === 'row-major') cut(matrix, view.rows, view.columns);
    else cut(matrix, view.columns, view.rows);
  }
  return encode(dense('f32', tensor.shape, values), view, { encodings: [draw.pick(kind.encodings)] }).tensor;
}
