import { random } from '@fretwork/conformance';
import { dense, encodeBcr, encodeBcrc, encodeCsr, encodePattern, type Model, type SparseMatrix, type SparseTensor } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { PASSES, runPasses, withInputShapes, type Note, type Pass } from '../src/index.js';
import { Build } from './build.js';
import { evaluate, expectSame, inputsFor } from './same.js';

const pass = (name: string): Pass => PASSES.find((row) => row.name === name)!;
const operators = (model: Model): string => model.layers.map(({ operator, activation }) => (activation === undefined ? operator : `${operator}+${activation.kind}`)).join(' ');

/** Runs one pass, checks that the outputs stay the same, and gives the operators left and the notes. */
function after(name: string, b: Build): { left: string; model: Model; notes: readonly Note[]; says: string } {
  const model = b.model();
  const result = pass(name).run(model, { evaluate });
  expectSame(model, result.model, inputsFor(model, 1), name);
  return { left: operators(result.model), model: result.model, notes: result.notes, says: result.notes.map(({ outcome, says }) => `${outcome}: ${says}`).join('\n') };
}

const draw = random(7);
const some = (count: number): number[] => Array.from({ length: count }, () => draw.normal());
const conv = (b: Build, x: string, cin: number, cout: number, name: string, k = 1, attributes = {}): string =>
  b.layer('Conv', [x, b.floats(`${name}.w`, [cout, cin, k, k], some(cout * cin * k * k))], { kernel_shape: [k, k], ...attributes }, { name });
const norm = (b: Build, x: string, c: number, name: string): string => b.layer('BatchNormalization', [
  x, b.floats(`${name}.s`, [c], some(c)), b.floats(`${name}.b`, [c], some(c)), b.floats(`${name}.m`, [c], some(c)), b.floats(`${name}.v`, [c], some(c).map((v) => v * v + 0.1)),
], {}, { name });

function image(): { b: Build; x: string } {
  const b = new Build();
  return { b, x: b.input('x', [1, 2, 4, 4]) };
}

describe('the table', () => {
  it('has names that are their own, and one sentence each', () => {
    expect(new Set(PASSES.map(({ name }) => name)).size).toBe(PASSES.length);
    for (const { says } of PASSES) expect(says).toMatch(/^[A-Z][^.]*\.$/);
  });
});

describe('fold-constants', () => {
  it('computes shape arithmetic once the sizes are fixed, and not before', () => {
    const b = new Build();
    const x = b.input('x', ['N', 2, 3]);
    const size = b.layer('Gather', [b.layer('Shape', [x]), b.tensor('at', dense('i64', [1], BigInt64Array.of(0n)))]);
    b.output(b.layer('Reshape', [x, b.layer('Concat', [size, b.ints('six', [6])], { axis: 0 })]));
    const model = b.model();
    expect(operators(pass('fold-constants').run(model, {}).model)).toBe('Shape Gather Concat Reshape');
    const fixed = withInputShapes(model, { x: [4, 2, 3] });
    const folded = pass('fold-constants').run(fixed, {}).model;
    expect(operators(folded)).toBe('Reshape');
    expectSame(fixed, folded, inputsFor(fixed, 2), 'shape arithmetic');
  });

  it('reshapes a large constant without an evaluator, and computes others with one', () => {
    const { b, x } = image();
    const large = b.layer('Reshape', [b.floats('big', [5000], some(5000)), b.ints('to', [1, 2, 50, 50])]);
    b.output(b.layer('Add', [x, b.layer('ReduceMean', [large, b.ints('axes', [2, 3])])]));
    const without = pass('fold-constants').run(b.model(), {});
    expect(operators(without.model)).toBe('ReduceMean Add');
    expect(without.notes[1]!.says).toContain('none was given');
    expect(after('fold-constants', b).left).toBe('Add');
  });

  it('keeps what would grow, what is sparse, and what cannot be computed, and says so', () => {
    const b = new Build();
    const x = b.input('x', [300, 300]);
    const wide = b.layer('Expand', [b.floats('one', [1, 300], some(300)), b.ints('to', [300, 300])]);
    const turned = b.layer('Transpose', [b.tensor('w', sparseOf(encodeCsr(Float32Array.of(1, 0, 0, 2), 2, 2), [2, 2], 'column-major', 1))]);
    b.output(b.layer('Add', [x, wide]));
    b.output(b.layer('MatMul', [b.floats('c', [1, 2], [1, 2]), turned]));
    const { left, says } = after('fold-constants', b);
    expect(left).toBe('Expand Transpose Add MatMul');
    expect(says).toContain('360000 bytes');
    expect(says).toContain('sparse weight, which would become dense');
  });

  it('does not take the elements before a fused activation for those after it', () => {
    const b = new Build();
    const x = b.input('x', [2]);
    const sum = b.layer('Add', [b.floats('a', [2], [-3, 1]), b.floats('c', [2], [1, 1])], {}, { activation: { kind: 'relu' } });
    b.output(b.layer('Add', [x, b.layer('Mul', [sum, b.floats('d', [2], [1, 2])])]));
    const { left, model } = after('fold-constants', b);
    expect(left).toBe('Add');
    expect([...(model.tensors.get('mul1_out') as { data: Float32Array }).data]).toEqual([0, 4]);
  });

  it('never folds what is random', () => {
    const b = new Build();
    b.output(b.layer('RandomNormalLike', [b.floats('a', [1], [1])]));
    const result = pass('fold-constants').run(b.model(), { evaluate });
    expect(operators(result.model)).toBe('RandomNormalLike');
  });
});

describe('remove-no-ops', () => {
  it('takes out what does nothing, and keeps the names of outputs', () => {
    const { b, x } = image();
    const a = b.layer('Relu', [b.layer('Identity', [x])]);
    const sliced = b.layer('Slice', [a, b.ints('s', [0]), b.ints('e', [99]), b.ints('ax', [2])]);
    const moved = b.layer('Transpose', [b.layer('Reshape', [sliced, b.ints('to', [1, 2, 4, 4])])], { perm: [0, 1, 2, 3] });
    const one = b.layer('Mul', [b.floats('one', [1], [1]), b.layer('Cast', [moved], { to: 1 })]);
    b.output(b.layer('Concat', [b.layer('Clip', [b.layer('Add', [one, b.floats('zero', [2, 1, 1], [0, 0])])])], { axis: 0 }));
    expect(after('remove-no-ops', b).left).toBe('Relu');
  });

  it('keeps what gives an output of the model a second name, or an input the name of an output', () => {
    const { b, x } = image();
    const a = b.layer('Relu', [x]);
    b.output(a);
    b.output(b.layer('Identity', [a]));
    b.output(b.layer('Identity', [x]));
    const { left, says } = after('remove-no-ops', b);
    expect(left).toBe('Relu Identity Identity');
    expect(says).toMatch(/second name[^]*input of the model the name of an output/);
  });

  it('keeps what broadcasts, crops, reverses or moves', () => {
    const { b, x } = image();
    const wider = b.layer('Add', [x, b.floats('zeros', [3, 2, 4, 4], new Array<number>(96).fill(0))]);
    const back = b.layer('Slice', [wider, b.ints('s', [3]), b.ints('e', [-5]), b.ints('ax', [3]), b.ints('st', [-1])]);
    b.output(b.layer('Transpose', [back], { perm: [0, 1, 3, 2] }));
    expect(after('remove-no-ops', b).left).toBe('Add Slice Transpose');
  });
});

describe('merge-moves', () => {
  it('makes one of transposes and reshapes in a row, and reshapes instead of moving axes of size 1', () => {
    const { b, x } = image();
    const turned = b.layer('Transpose', [b.layer('Transpose', [x], { perm: [0, 2, 3, 1] })], { perm: [0, 2, 1, 3] });
    const flat = b.layer('Flatten', [b.layer('Unsqueeze', [turned, b.ints('ax', [0])])], { axis: 2 });
    b.output(b.layer('Transpose', [flat], { perm: [1, 0] }));
    const model = b.model();
    const result = runPasses(model, PASSES);
    expectSame(model, result.model, inputsFor(model, 3), 'merge-moves');
    expect(operators(result.model)).toBe('Transpose Reshape');
    expect(result.model.layers[0]!.attributes.get('perm')).toEqual({ type: 'ints', value: [0, 3, 2, 1] });
  });
});

describe('fold-pads', () => {
  const padded = (b: Build, x: string, amounts: readonly number[], value?: number): string =>
    b.layer('Pad', [x, b.ints('pads', amounts), ...(value === undefined ? [] : [b.floats('value', [], [value])])]);

  it('folds zeros into convolutions, all readers at once', () => {
    const { b, x } = image();
    const p = padded(b, x, [0, 0, 1, 0, 0, 0, 2, 1], 0);
    b.output(conv(b, p, 2, 3, 'a', 3, { pads: [1, 0, 0, 0] }));
    b.output(conv(b, p, 2, 1, 'c', 2, { auto_pad: 'VALID' }));
    const { left, model } = after('fold-pads', b);
    expect(left).toBe('Conv Conv');
    expect(model.layers.map(({ attributes }) => attributes.get('pads')?.value)).toEqual([[2, 0, 2, 1], [1, 0, 2, 1]]);
    expect(model.layers[0]!.origin).toEqual(['pad0', 'a']);
  });

  it('folds into an average pool that counts its padding, and into a max pool of what is never negative', () => {
    const { b, x } = image();
    b.output(b.layer('AveragePool', [padded(b, x, [0, 0, 1, 1, 0, 0, 1, 1])], { kernel_shape: [3, 3] }));
    b.output(b.layer('MaxPool', [b.layer('Pad', [b.layer('Relu', [x]), 'pads'])], { kernel_shape: [2, 2] }));
    expect(after('fold-pads', b).left).toBe('AveragePool Relu MaxPool');
  });

  const refusals: readonly (readonly [string, (b: Build, x: string) => string, string])[] = [
    ['another value', (b, x) => conv(b, padded(b, x, [0, 0, 1, 1, 0, 0, 1, 1], 2), 2, 1, 'c'), 'not pad with zeros'],
    ['channels', (b, x) => conv(b, padded(b, x, [0, 1, 0, 0, 0, 0, 0, 0]), 3, 1, 'c'), 'pads axis 1'],
    ['crops', (b, x) => conv(b, padded(b, x, [0, 0, -1, 0, 0, 0, 0, 0]), 2, 1, 'c'), 'crops'],
    ['SAME', (b, x) => conv(b, padded(b, x, [0, 0, 1, 0, 0, 0, 0, 0]), 2, 1, 'c', 3, { auto_pad: 'SAME_UPPER' }), 'SAME_UPPER'],
    ['own padding not counted', (b, x) => b.layer('AveragePool', [padded(b, x, [0, 0, 1, 1, 0, 0, 1, 1])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }), 'does not count'],
    ['windows of padding alone', (b, x) => b.layer('AveragePool', [padded(b, x, [0, 0, 2, 2, 0, 0, 2, 2])], { kernel_shape: [2, 2] }), 'padding alone'],
    ['negative inputs of a max pool', (b, x) => b.layer('MaxPool', [padded(b, x, [0, 0, 1, 1, 0, 0, 1, 1])], { kernel_shape: [2, 2] }), 'win over negative'],
    ['other readers', (b, x) => b.layer('Sqrt', [padded(b, x, [0, 0, 1, 1, 0, 0, 1, 1])]), 'Sqrt has no pads'],
    ['reflection', (b, x) => conv(b, b.layer('Pad', [x, b.ints('pads', [0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' }), 2, 1, 'c'), 'mode is reflect'],
  ];
  for (const [what, add, reason] of refusals) {
    it(`keeps a Pad and says why: ${what}`, () => {
      const { b, x } = image();
      b.output(add(b, x));
      const { notes, says } = after('fold-pads', b);
      expect(notes.map(({ outcome }) => outcome)).toEqual(['kept']);
      expect(says).toContain(reason);
    });
  }
});

function sparseOf(matrix: SparseMatrix, shape: readonly number[], order: 'row-major' | 'column-major', kernel: number): SparseTensor {
  return { kind: 'sparse', dtype: 'f32', shape, view: { count: 1, rows: matrix.rows, columns: matrix.columns, order, kernel }, matrices: [matrix] };
}

describe('fold-batch-norms', () => {
  const values = Float32Array.from({ length: 4 * 18 }, (_, i) => ((i * 7) % 18 % 9 < 4 ? Math.sin(i + 1) : 0));
  const encodings: readonly SparseMatrix[] = [
    encodeCsr(values, 4, 18), encodeBcrc(values, 4, 18), encodeBcr(values, 4, 18, { block: [2, 6] }), encodePattern(values, 4, 18, 9),
  ];
  for (const matrix of encodings) {
    it(`scales the payload of ${matrix.encoding} and shares its index`, () => {
      const { b, x } = image();
      b.output(norm(b, b.layer('Conv', [x, b.tensor('w', sparseOf(matrix, [4, 2, 3, 3], 'row-major', 9))], {}, { name: 'c' }), 4, 'n'));
      const { left, model } = after('fold-batch-norms', b);
      expect(left).toBe('Conv');
      const folded = model.tensors.get('w') as SparseTensor;
      for (const [key, value] of Object.entries(matrix)) {
        if (key === 'payload') expect((folded.matrices[0]!).payload).not.toEqual(value);
        else expect((folded.matrices[0] as unknown as Record<string, unknown>)[key], key).toBe(value);
      }
      expect(model.layers[0]!.inputs).toEqual(['x', 'w', 'c.bias']);
      expect(model.layers[0]!.outputs).toEqual(['n_out']);
    });
  }

  it('folds into transposed convolutions by groups, and into Gemm with alpha and beta', () => {
    const b = new Build();
    const x = b.input('x', [2, 4, 3, 3]);
    b.output(norm(b, b.layer('ConvTranspose', [x, b.floats('w', [4, 3, 2, 2], some(48)), b.floats('wb', [6], some(6))], { group: 2 }), 6, 'n'));
    const y = b.input('y', [2, 5]);
    b.output(norm(b, b.layer('Gemm', [y, b.floats('g', [5, 3], some(15)), b.floats('gb', [1, 3], some(3))], { alpha: 0.5, beta: 3 }), 3, 'm'));
    b.output(norm(b, b.layer('MatMul', [y, b.floats('h', [5, 3], some(15))]), 3, 'k'));
    expect(after('fold-batch-norms', b).left).toBe('ConvTranspose Gemm Gemm');
  });

  it('gives a shared weight a new version and leaves the old one to the other layer', () => {
    const { b, x } = image();
    const shared = b.floats('w', [2, 2, 1, 1], some(4));
    b.output(norm(b, b.layer('Conv', [x, shared], {}, { name: 'a' }), 2, 'n'));
    b.output(b.layer('Conv', [x, shared], {}, { name: 'c' }));
    const { left, model } = after('fold-batch-norms', b);
    expect(left).toBe('Conv Conv');
    expect(model.layers.map(({ inputs }) => inputs[1])).toEqual(['w.a', 'w']);
  });

  it('keeps its scheme and takes over a fused activation', () => {
    const { b, x } = image();
    const c = b.layer('Conv', [x, b.floats('w', [2, 2, 1, 1], some(4))], {}, { name: 'c', scheme: { kind: 'unstructured', rate: 2 } });
    norm(b, c, 2, 'n');
    b.layers.push({ ...b.layers.pop()!, activation: { kind: 'relu' } });
    b.output('n_out');
    const { model } = after('fold-batch-norms', b);
    expect(model.layers[0]).toMatchObject({ name: 'c', scheme: { kind: 'unstructured' }, activation: { kind: 'relu' }, origin: ['c', 'n'] });
  });

  const refusals: readonly (readonly [string, (b: Build, x: string) => string, string])[] = [
    ['before a convolution', (b, x) => conv(b, norm(b, x, 2, 'n'), 2, 1, 'c'), 'c behind it cannot take it'],
    ['behind an activation', (b, x) => norm(b, b.layer('Relu', [x]), 2, 'n'), 'takes no normalisation'],
    ['another reader', (b, x) => { const c = conv(b, x, 2, 2, 'c'); return b.layer('Add', [norm(b, c, 2, 'n'), c]); }, 'also read by add'],
    ['an output between', (b, x) => { const c = conv(b, x, 2, 2, 'c'); b.output(c); return norm(b, c, 2, 'n'); }, 'output of the model'],
    ['computed weights', (b, x) => norm(b, b.layer('Conv', [x, b.input('w', [2, 2, 1, 1])]), 2, 'n'), 'no constant matrix'],
    ['training', (b, x) => { norm(b, conv(b, x, 2, 2, 'c'), 2, 'n'); const n = b.layers.pop()!; return b.layer('BatchNormalization', n.inputs, { training_mode: 1 }); }, 'training_mode'],
    ['MatMul of rank 3', (b) => norm(b, b.layer('MatMul', [b.input('z', [2, 3, 4]), b.floats('w', [4, 5], some(20))]), 3, 'n'), 'rank 3'],
  ];
  for (const [what, add, reason] of refusals) {
    it(`keeps a batch norm and says why: ${what}`, () => {
      const { b, x } = image();
      b.output(add(b, x));
      const { notes, says } = after('fold-batch-norms', b);
      expect(notes.map(({ outcome }) => outcome)).toEqual(['kept']);
      expect(says).toContain(reason);
    });
  }
});

describe('fuse-biases', () => {
  it('makes a bias of what is added per channel, and a Gemm of MatMul and Add', () => {
    const { b, x } = image();
    b.output(b.layer('Sub', [conv(b, x, 2, 3, 'a'), b.floats('p', [3, 1, 1], some(3))]));
    b.output(b.layer('Add', [b.floats('q', [], [2]), conv(b, x, 2, 3, 'c')]));
    const y = b.input('y', [2, 5]);
    b.output(b.layer('Add', [b.layer('MatMul', [y, b.floats('w', [5, 3], some(15))], {}, { name: 'm' }), b.floats('r', [1, 3], some(3))]));
    const { left, model } = after('fuse-biases', b);
    expect(left).toBe('Conv Conv Gemm');
    expect(model.layers[2]).toMatchObject({ name: 'm', inputs: ['y', 'w', 'm.bias'] });
  });

  it('keeps what differs between positions, or makes the result larger', () => {
    const { b, x } = image();
    b.output(b.layer('Add', [conv(b, x, 2, 3, 'a'), b.floats('p', [4], some(4))]));
    b.output(b.layer('Add', [conv(b, x, 2, 1, 'c'), b.floats('q', [3, 1, 1], some(3))]));
    b.output(b.layer('Add', [conv(b, x, 2, 3, 'd'), b.floats('r', [2, 1, 3, 1, 1], some(6))]));
    b.output(b.layer('Add', [b.floats('s', [2], some(2)), b.layer('MatMul', [b.input('z', [1, 2, 3]), b.floats('w', [3, 2], some(6))])]));
    const { left, says } = after('fuse-biases', b);
    expect(left).toBe('Conv Add Conv Add Conv Add MatMul Add');
    expect(says).toMatch(/differs along more than the channels[^]*3 elements for 1 channels[^]*5 dimensions[^]*rank 3/);
  });
});

describe('fuse-activations', () => {
  it('fuses every kind, bit for bit', () => {
    const { b, x } = image();
    const bounds = [b.floats('low', [], [-0.5]), b.floats('high', [], [0.5])];
    for (const [operator, inputs, attributes] of [
      ['Relu', [], {}], ['Clip', bounds, {}], ['Clip', ['', 'high'], {}], ['LeakyRelu', [], { alpha: 0.2 }], ['PRelu', [b.floats('slope', [1, 1, 1], [0.3])], {}],
      ['Sigmoid', [], {}], ['Tanh', [], {}], ['HardSigmoid', [], {}], ['HardSwish', [], {}],
    ] as const) b.output(b.layer(operator, [conv(b, x, 2, 3, `c${b.layers.length}`), ...inputs], attributes));
    const model = b.model();
    const result = pass('fuse-activations').run(model, {});
    expectSame(model, result.model, inputsFor(model, 4), 'activations', 0);
    expect(operators(result.model)).toBe('Conv+relu Conv+clip Conv+clip Conv+leaky-relu Conv+leaky-relu Conv+sigmoid Conv+tanh Conv+hard-sigmoid Conv+hard-swish');
  });

  it('keeps activations that are no activation of a layer before them, and says why', () => {
    const { b, x } = image();
    b.output(b.layer('Relu', [x]));
    b.output(b.layer('Relu', [b.layer('Relu', [conv(b, x, 2, 2, 'a')])]));
    b.output(b.layer('PRelu', [conv(b, x, 2, 2, 'c'), b.floats('slopes', [2, 1, 1], [0.1, 0.2])]));
    b.output(b.layer('Clip', [conv(b, x, 2, 2, 'd'), b.floats('low', [], [1]), b.floats('high', [], [0])]));
    b.output(b.layer('Relu', [b.layer('Add', [b.input('i', [2], 'i64'), b.ints('j', [1])])]), 'i64');
    const model = b.model();
    const result = pass('fuse-activations').run(model, {});
    expect(operators(result.model)).toBe('Relu Conv+relu Relu Conv PRelu Conv Clip Add Relu');
    const says = result.notes.map((note) => note.says).join('\n');
    expect(says).toMatch(/input of the model[^]*already applies relu[^]*differ between channels[^]*above its high bound[^]*i64, no floats/);
  });
});

describe('remove-dead', () => {
  it('removes layers, optional outputs and tensors that nobody needs', () => {
    const b = new Build();
    const x = b.input('x', [3, 1, 2]);
    b.layer('Relu', [b.layer('Tanh', [x])]);
    b.layer('GRU', [x, b.floats('w', [1, 6, 2], some(12)), b.floats('r', [1, 6, 2], some(12))], { hidden_size: 2 }, { name: 'g', outputs: ['all', 'last'] });
    b.floats('unused', [1], [1]);
    b.output('last');
    const { model } = after('remove-dead', b);
    expect(model.layers.map(({ outputs }) => outputs)).toEqual([['', 'last']]);
    expect([...model.tensors.keys()]).toEqual(['w', 'r']);
  });
});

describe('runPasses', () => {
  it('refuses passes that never settle', () => {
    const { b, x } = image();
    b.output(b.layer('Relu', [x]));
    const restless: Pass = { name: 'restless', says: 'Changes.', run: (model) => ({ model: { ...model }, notes: [] }) };
    expect(() => runPasses(b.model(), [restless], { rounds: 5 })).toThrow(/5 rounds.*restless.*passes\.unsettled/s);
  });

  it('refuses input shapes that contradict the model', () => {
    const { b, x } = image();
    b.output(b.layer('Relu', [x]));
    expect(() => runPasses(b.model(), PASSES, { inputShapes: { x: [1, 3, 4, 4] } })).toThrow(/passes\.input-shape/);
    expect(() => runPasses(b.model(), PASSES, { inputShapes: { y: [1] } })).toThrow(/passes\.input-shape/);
  });

  it('drops the plan of layers that are gone', () => {
    const { b, x } = image();
    b.output(norm(b, conv(b, x, 2, 2, 'c'), 2, 'n'));
    conv(b, x, 2, 2, 'dead');
    const entry = (layer: string) => ({ layer, scheme: { kind: 'dense' as const }, reason: 'test' });
    const { model } = runPasses({ ...b.model(), plan: { target: 't', mapper: 'm', entries: [entry('c'), entry('dead')] } });
    expect(model.plan?.entries.map(({ layer }) => layer)).toEqual(['c']);
  });
});
