import { dense, zeros } from '../../src/dtype.js';
import type { Attribute, Scheme, SparseTensor, ValueInfo } from '../../src/contract.js';
import { encodeCsr } from '../../src/sparse/csr.js';
import { attack, model, withAttribute, withLayer, withTensor, type Attack } from './attack.js';

const ints = (...value: number[]): Attribute => ({ type: 'ints', value });
const value = (name: string, shape?: ValueInfo['shape']): ValueInfo => ({ name, dtype: 'f32', ...(shape && { shape }) });
const sparse = (change: (tensor: SparseTensor) => Partial<SparseTensor>) => (tensor: unknown): SparseTensor =>
  ({ ...(tensor as SparseTensor), ...change(tensor as SparseTensor) });
const withScheme = (layer: string, scheme: Scheme) => withLayer(layer, () => ({ scheme }));
const bcr = { kind: 'bcr', rate: 2, blockRows: 2, blockColumns: 4, rowShare: 0.5 } as const;

/** What records can break without a byte out of place. */
export const MODEL_ATTACKS: readonly Attack[] = [
  attack('value.name', 'has a NUL in the name of an input', model((good) => ({ ...good, inputs: [value('x\0y'), ...good.inputs] }))),
  attack('value.duplicate', 'has an output twice', model((good) => ({ ...good, outputs: [...good.outputs, good.outputs[0]!] }))),
  attack('value.shape', 'has a dimension without a name', model((good) => ({ ...good, values: [value('c', ['', 5])] }))),
  attack('value.type', 'declares its input x again, with another type', model((good) => ({ ...good, values: [{ name: 'x', dtype: 'i64' }] }))),

  attack('tensor.name', 'has a tensor without a name', model((good) => ({ ...good, tensors: new Map(good.tensors).set('', zeros('f32', [])) }))),
  attack('tensor.rank', 'has a tensor of rank 17', model((good) => ({ ...good, tensors: new Map(good.tensors).set('deep', zeros('f32', Array<number>(17).fill(1))) }))),
  attack('tensor.size', 'has sizes that multiply to 2^93', withTensor('conv.bias', (good) => ({ ...good, shape: [2 ** 31, 2 ** 31, 2 ** 31] }))),
  attack('attribute.tensor', 'has a sparse tensor in an attribute', withLayer('constant', () => ({
    attributes: new Map([['value', { type: 'tensor', value: { kind: 'sparse', dtype: 'f32', shape: [0], view: { count: 0, rows: 0, columns: 0, order: 'row-major', kernel: 1 }, matrices: [] } } as unknown as Attribute]]),
  }))),
  attack('sparse.view', 'sees a 5 x 6 tensor as 2^20 x 2^20', withTensor('fc1.weight', sparse(({ view }) => ({ view: { ...view, rows: 2 ** 20, columns: 2 ** 20 } })))),
  attack('sparse.kernel', 'has kernels of 4 positions in 6 columns', withTensor('fc1.weight', sparse(({ view }) => ({ view: { ...view, kernel: 4 } })))),
  attack('sparse.matrices', 'has two matrices where the view says three', withTensor('gru.w', sparse(({ matrices }) => ({ matrices: matrices.slice(1) })))),

  attack('layer.name', 'has a layer without a name', withLayer('pool', () => ({ name: '' }))),
  attack('layer.duplicate', 'has two layers norm', withLayer('pool', () => ({ name: 'norm' }))),
  attack('layer.operator', 'has an operator that would be code where a compiler pastes it', withLayer('pool', () => ({ operator: '*/ system("id"); /*' }))),
  attack('layer.domain', 'has a NUL in a domain', withLayer('pool', () => ({ domain: 'a\0b' }))),
  attack('layer.inputs', 'has an input name of 5,000 characters', withLayer('pool', () => ({ inputs: ['n'.repeat(5000)] }))),
  attack('layer.outputs', 'has a layer that makes nothing', withLayer('constant', () => ({ outputs: [''] }))),
  attack('layer.origin', 'has an origin without a name', withLayer('conv', () => ({ origin: [''] }))),
  attack('attribute.name', 'has an attribute without a name', withAttribute('pool', '', { type: 'int', value: 1 })),
  attack('activation.range', 'clips between 6 and 0', withLayer('conv', () => ({ activation: { kind: 'clip', alpha: 6, beta: 0 } }))),
  attack('tuning.range', 'has a tile of 0', withLayer('conv', () => ({ tuning: { tile: [4, 0] } }))),

  attack('graph.twice', 'makes one value in two layers', withLayer('constant', () => ({ outputs: ['y'] }))),
  attack('graph.clash', 'has a tensor with the name of a value', model((good) => ({ ...good, tensors: new Map(good.tensors).set('pooled', zeros('f32', [1])) }))),
  attack('graph.undefined', 'uses a value that nobody makes', withLayer('pool', () => ({ inputs: ['nowhere'] }))),
  attack('graph.cycle', 'has a layer that waits for its own output through another', withLayer('pool', () => ({ inputs: ['f0'] }))),
  attack('graph.order', 'has a layer in front of the one it needs', model((good) => ({ ...good, layers: [good.layers[1]!, good.layers[0]!, ...good.layers.slice(2)] }))),
  attack('graph.output', 'promises an output that nobody makes', model((good) => ({ ...good, outputs: [...good.outputs, value('nowhere')] }))),

  attack('attribute.type', 'has a group of type float', withAttribute('conv', 'group', { type: 'float', value: 1 })),
  attack('conv.settings', 'has a stride of 0, by which shapes would be divided', withAttribute('conv', 'strides', ints(0))),
  attack('conv.weight', 'has a kernel_shape that its weight does not have', withAttribute('conv', 'kernel_shape', ints(3))),
  attack('conv.bias', 'has 4 biases for 5 channels', withTensor('conv.bias', () => zeros('f32', [4]))),
  attack('gemm.factors', 'has 5 biases for 6 columns', withTensor('expand.bias', () => zeros('f32', [5]))),
  attack('matmul.factors', 'multiplies 7 columns by 6 rows', model((good) => ({ ...good, values: [value('w2', ['batch', 7])] }))),
  attack('recurrent.weights', 'has a bias for 11 of 12 gate rows', withTensor('gru.b', () => zeros('f32', [1, 11]))),
  attack('norm.parameters', 'has 4 variances for 5 channels', withTensor('norm.var', () => zeros('f32', [4]))),
  attack('weight.view', 'sees three gates of 2 x 3 as one matrix of 6 x 3', withTensor('gru.w', sparse(({ view }) => ({
    view: { ...view, count: 1, rows: 6 }, matrices: [encodeCsr(new Float32Array(18), 6, 3)],
  })))),

  attack('scheme.rate', 'has a rate of NaN', withScheme('fc1', { kind: 'unstructured', rate: NaN })),
  attack('scheme.count', 'has blocks of 0 rows', withScheme('fc3', { ...bcr, blockRows: 0 })),
  attack('scheme.row-share', 'gives 150 % of its rate to rows', withScheme('fc3', { ...bcr, rowShare: 1.5 })),
  attack('scheme.keep', 'keeps 3 of 2 positions', withScheme('conv', { kind: 'pattern', rate: 2, keep: 3, patterns: 3 })),
  attack('plan.layer', 'plans for a layer that is not there', model((good) => ({ ...good, plan: { ...good.plan!, entries: [{ layer: 'nowhere', scheme: { kind: 'dense' }, reason: '' }] } }))),
  attack('plan.duplicate', 'plans twice for one layer', model((good) => ({ ...good, plan: { ...good.plan!, entries: [...good.plan!.entries, good.plan!.entries[0]!] } }))),
  attack('plan.time', 'predicts -1 ms', model((good) => ({ ...good, plan: { ...good.plan!, entries: [{ ...good.plan!.entries[0]!, predictedMs: -1 }] } }))),
  attack('recipe.hash', 'has a hash of three letters', model((good) => ({ ...good, recipe: { ...good.recipe!, hashes: [['model', 'abc']] } }))),
  attack('recipe.tool', 'has a step without a tool', model((good) => ({ ...good, recipe: { ...good.recipe!, steps: [{ ...good.recipe!.steps[0]!, tool: '' }] } }))),

  attack('tensor.bool', 'has a bool of 2', withAttribute('constant', 'value', { type: 'tensor', value: dense('bool', [3], Uint8Array.of(1, 2, 0)) })),
  attack('shapes.agree', 'declares an output of 7 where its layers make 5', model((good) => ({ ...good, outputs: [value('y', ['batch', 7]), ...good.outputs.slice(1)] }))),
];
