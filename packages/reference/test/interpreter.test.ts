import { describe, expect, it } from 'vitest';
import { FretworkError, type Layer, type Model } from '@fretwork/format';
import { createInterpreter, OPERATORS, run, supports, type OperatorRow } from '../src/index.js';
import { f32, int, layerOf, list, modelOf, runLayer, string } from './one-layer.js';

const layer = (name: string, operator: string, inputs: string[], outputs: string[]): Layer =>
  ({ ...layerOf(operator, inputs), name, outputs });

/** y = relu(x + w), z = y * y */
const chain: Model = modelOf(
  [{ ...layer('sum', 'Add', ['x', 'w'], ['s']), activation: { kind: 'relu' } }, layer('square', 'Mul', ['s', 's'], ['z'])],
  {
    inputs: [{ name: 'x', dtype: 'f32', shape: ['N', 2] }], outputs: [{ name: 'z', dtype: 'f32' }],
    tensors: new Map([['w', f32([2], [1, -5])]]),
  },
);

const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof FretworkError) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

describe('an interpreter', () => {
  it('runs layers in order, with fused activations', () => {
    expect(Array.from(run(chain, { x: f32([1, 2], [2, 3]) })['z']!.data as Float32Array)).toEqual([9, 0]);
  });

  it('tells the names of inputs and outputs', () => {
    const it = createInterpreter(chain);
    expect([it.inputs, it.outputs]).toEqual([['x'], ['z']]);
  });

  it('shows each layer with its outputs', () => {
    const seen: string[] = [];
    run(chain, { x: f32([3, 2], [1, 2, 3, 4, 5, 6]) }, { onLayer: (l, [out]) => seen.push(`${l.name} ${out?.shape.join('x')}`) });
    expect(seen).toEqual(['sum 3x2', 'square 3x2']);
  });

  it('stops between layers when it is told to, with the reason given', () => {
    const stop = new AbortController();
    const layers: string[] = [];
    expect(() => run(chain, { x: f32([1, 2], [1, 2]) }, {
      signal: stop.signal,
      onLayer: (l) => {
        layers.push(l.name);
        stop.abort(new Error('enough'));
      },
    })).toThrow('enough');
    expect(layers).toEqual(['sum']);
  });

  it('lets values go after their last use, but not outputs', () => {
    const model = modelOf(
      [layer('a', 'Neg', ['x'], ['y']), layer('b', 'Neg', ['y'], ['z'])],
      { inputs: [{ name: 'x', dtype: 'f32' }], outputs: [{ name: 'y', dtype: 'f32' }, { name: 'z', dtype: 'f32' }] },
    );
    const got = run(model, { x: f32([1], [4]) });
    expect([got['y']!.data[0], got['z']!.data[0]]).toEqual([-4, 4]);
  });

  it('gives a tensor or an input that is also an output', () => {
    const model = modelOf([], {
      inputs: [{ name: 'x', dtype: 'f32' }], outputs: [{ name: 'x', dtype: 'f32' }, { name: 'w', dtype: 'f32' }],
      tensors: new Map([['w', f32([1], [7])]]),
    });
    const got = run(model, { x: f32([1], [4]) });
    expect([got['x']!.data[0], got['w']!.data[0]]).toEqual([4, 7]);
  });

  it('takes the tensor of the same name for an input that is left out', () => {
    const model = modelOf([layer('a', 'Neg', ['x'], ['y'])], {
      inputs: [{ name: 'x', dtype: 'f32' }], outputs: [{ name: 'y', dtype: 'f32' }], tensors: new Map([['x', f32([1], [3])]]),
    });
    expect(createInterpreter(model).inputs).toEqual([]);
    expect(run(model, {})['y']!.data[0]).toBe(-3);
    expect(run(model, { x: f32([1], [8]) })['y']!.data[0]).toBe(-8);
  });
});

describe('inputs', () => {
  const x = f32([1, 2], [1, 2]);
  it.each([
    ['run.input-missing', {}],
    ['run.input-unknown', { x, y: x }],
    ['run.dtype', { x: list(1, 2) }],
    ['run.rank', { x: f32([2], [1, 2]) }],
    ['run.shape', { x: f32([1, 3], [1, 2, 3]) }],
    ['run.shape', { x: { ...x, shape: [2, 2] } }],
  ])('are refused with %s', (code, inputs) => {
    expect(codeOf(() => run(chain, inputs))).toBe(code);
  });
});

describe('what is not supported', () => {
  it('is listed with all layer names in one error', () => {
    const model = modelOf([
      layer('first', 'NoSuchThing', ['x'], ['a']), layer('second', 'Neg', ['a'], ['b']),
      { ...layer('third', 'Neg', ['b'], ['c']), domain: 'com.example' },
    ], { inputs: [{ name: 'x', dtype: 'f32' }] });
    expect(codeOf(() => createInterpreter(model))).toBe('run.unsupported');
    expect(() => createInterpreter(model)).toThrow(/"first": operator NoSuchThing[^]*"third": operator com\.example\.Neg/);
  });

  it('is said with reason and hint, by attribute too', () => {
    expect(supports(layerOf('Neg', ['x']))).toEqual({ ok: true });
    expect(supports(layerOf('Pad', ['x'], { mode: string('mirror') }))).toMatchObject({ ok: false, reason: 'padding mode mirror is not known' });
    expect(supports(layerOf('Resize', ['x'], { mode: string('lanczos') }))).toMatchObject({ ok: false, reason: 'mode lanczos is not known' });
    expect(supports(layerOf('Cast', ['x'], { to: int(8) }))).toMatchObject({ ok: false });
  });

  it('can be brought along', () => {
    const triple: OperatorRow = { operator: 'Triple', domain: 'mine', run: (call) => [f32([], [3 * Number(call.dense(0).data[0])])] };
    const model = modelOf([{ ...layer('t', 'Triple', ['x'], ['y']), domain: 'mine' }], {
      inputs: [{ name: 'x', dtype: 'f32' }], outputs: [{ name: 'y', dtype: 'f32' }],
    });
    expect(run(model, { x: f32([], [5]) }, { operators: [triple] })['y']!.data[0]).toBe(15);
    expect(supports(model.layers[0]!, [triple])).toEqual({ ok: true });
  });
});

describe('errors of operators', () => {
  it('name the layer, what was expected and what was found', () => {
    expect(() => runLayer('Gather', [f32([2], [1, 2]), list(2)])).toThrow(
      'layer "the Gather": Gather: index out of range (expected -2 to 1, found 2) [run.index]',
    );
  });

  it('say which input is missing', () => {
    expect(codeOf(() => runLayer('Add', [f32([1], [1])]))).toBe('run.value-missing');
  });

  it('say that a value is too large, whatever allocates it', () => {
    expect(codeOf(() => runLayer('ConstantOfShape', [list(2 ** 24, 2 ** 24)]))).toBe('run.too-large');
  });

  it('keep the code of errors from elsewhere', () => {
    expect(codeOf(() => runLayer('Softmax', [f32([1], [1])], { axis: string('last') }))).toBe('attribute.type');
  });
});

describe('the table of operators', () => {
  it('has one row per operator', () => {
    const names = OPERATORS.map((row) => row.operator);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has all operators that are promised', () => {
    const promised = `Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Clip Concat ConstantOfShape Conv
      ConvTranspose DepthToSpace SpaceToDepth Div Dropout Elu Equal Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND
      Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid HardSwish Identity InstanceNormalization
      LayerNormalization LRN LSTM LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mod Mul Neg Not Or PRelu Pad
      Pow RNN Range Reciprocal ReduceMax ReduceMin ReduceMean ReduceSum ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum
      ReduceLogSumExp Relu Reshape Resize Round ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Cos Slice Softmax Softplus
      Softsign Split Sqrt Squeeze Sub Sum Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor CumSum OneHot`.split(/\s+/);
    const known = new Set(OPERATORS.map((row) => row.operator));
    expect(promised.filter((name) => !known.has(name))).toEqual([]);
  });
});
