/** Layers on sparse weights give what they give on the same weights stored dense: random layers x masks x encodings. */
import { describe, expect, it } from 'vitest';
import { dense, encode, weightsOf, type Attribute, type DenseTensor, type Encoding, type Layer, type SparseTensor, type Tensor } from '@fretwork/format';
import { distance, f32, int, ints, layerOf, runLayer, string, type OneLayer } from './one-layer.js';
import { random, type Random } from './random.js';

interface Case {
  readonly operator: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly weights: readonly number[];
  readonly outputs?: number;
}

/** Ways to remove weights of one tensor; zeros are what the encoders leave out. */
const MASKS: Readonly<Record<string, (r: Random, w: DenseTensor) => DenseTensor>> = {
  unstructured: (r, w) => masked(w, () => r.next() < 0.3),
  'whole rows': (r, w) => {
    const rows = Array.from({ length: w.shape[0]! }, () => r.next() < 0.5);
    return masked(w, (i) => rows[Math.floor(i / (w.data.length / w.shape[0]!))]!);
  },
  'blocks of rows and columns': (r, w) => {
    const columns = w.shape.at(-1)!;
    const keeps = Array.from({ length: 64 }, () => r.next() < 0.6);
    return masked(w, (i) => keeps[(Math.floor(i / columns) * 7) % 61]! && keeps[((i % columns) + 3 * Math.floor(i / columns / 4)) % 64]!);
  },
  nothing: (_, w) => masked(w, () => false),
  everything: (_, w) => w,
};

const masked = (w: DenseTensor, keep: (i: number) => boolean): DenseTensor =>
  dense('f32', w.shape, (w.data as Float32Array).map((v, i) => (keep(i) ? v : 0)));

const recurrent = (r: Random, operator: string, gates: number, states: number): Case => {
  const direction = r.pick(['forward', 'reverse', 'bidirectional']);
  const [directions, steps, batch, inputs, hidden] = [direction === 'bidirectional' ? 2 : 1, r.between(1, 4), r.between(1, 3), r.between(1, 9), r.between(1, 8)];
  return {
    operator, weights: [1, 2], outputs: 1 + states,
    attributes: { hidden_size: int(hidden), direction: string(direction) },
    inputs: [
      r.tensor([steps, batch, inputs]), r.tensor([directions, gates * hidden, inputs]), r.tensor([directions, gates * hidden, hidden]),
      r.tensor([directions, 2 * gates * hidden]), undefined, ...Array.from({ length: states }, () => r.tensor([directions, batch, hidden])),
    ],
  };
};

const CASES: Readonly<Record<string, (r: Random) => Case>> = {
  Conv: (r) => {
    const groups = r.pick([1, 1, 2, 3]);
    const [inputs, filters] = [groups * r.between(1, 3), groups * r.between(1, 4)];
    const kernel = r.pick([[3, 3], [1, 1], [2, 3], [3]]);
    const spatial = kernel.map(() => r.between(4, 7));
    return {
      operator: 'Conv', weights: [1],
      attributes: { group: int(groups), strides: ints(...kernel.map(() => r.between(1, 2))), pads: ints(...kernel.map(() => 1), ...kernel.map(() => r.between(0, 1))) },
      inputs: [r.tensor([r.between(1, 2), inputs, ...spatial]), r.tensor([filters, inputs / groups, ...kernel]), r.pick([undefined, r.tensor([filters])])],
    };
  },
  ConvTranspose: (r) => {
    const groups = r.pick([1, 2]);
    const [inputs, filters] = [groups * r.between(1, 3), r.between(1, 3)];
    return {
      operator: 'ConvTranspose', weights: [1],
      attributes: { group: int(groups), strides: ints(2, 1), pads: ints(1, 0, 0, 1) },
      inputs: [r.tensor([2, inputs, 4, 3]), r.tensor([inputs, filters, 3, 2]), r.tensor([filters * groups])],
    };
  },
  Gemm: (r) => {
    const [rows, inner, columns] = [r.between(1, 4), r.between(1, 20), r.between(1, 20)];
    const [transA, transB] = [r.between(0, 1), r.between(0, 1)];
    return {
      operator: 'Gemm', weights: [1],
      attributes: { transA: int(transA), transB: int(transB), alpha: { type: 'float', value: 0.5 } },
      inputs: [r.tensor(transA ? [inner, rows] : [rows, inner]), r.tensor(transB ? [columns, inner] : [inner, columns]), r.tensor([columns])],
    };
  },
  MatMul: (r) => {
    const stack = r.pick([[], [2], [3, 2]]);
    const [inner, columns] = [r.between(1, 18), r.between(1, 18)];
    return {
      operator: 'MatMul', weights: [1], attributes: {},
      inputs: [r.tensor(r.pick([[...stack, 3, inner], [inner]])), r.tensor([...r.pick([[], stack, stack.map(() => 1)]), inner, columns])],
    };
  },
  GRU: (r) => recurrent(r, 'GRU', 3, 1),
  LSTM: (r) => recurrent(r, 'LSTM', 4, 2),
  RNN: (r) => recurrent(r, 'RNN', 1, 1),
};

function sparse(weight: DenseTensor, layer: Layer, input: number, encoding: Encoding): Tensor {
  const found = weightsOf({ tensors: new Map([[layer.inputs[input]!, weight]]) }, layer).find((w) => w.input === input)!;
  return encode(weight, found.view, { encodings: [encoding] }).tensor;
}

const run = ({ operator, attributes, outputs = 1 }: Case, inputs: readonly (Tensor | undefined)[], options: OneLayer = {}): DenseTensor[] =>
  runLayer(operator, inputs, attributes, { ...options, outputs });

/** Same up to the last bits: the order of summation differs. */
function expectSame(got: readonly DenseTensor[], want: readonly DenseTensor[], what: string): void {
  got.forEach((t, o) => expect(distance(t, want[o]!), `${what}, output ${o}`).toBeLessThan(2e-6));
}

describe.each(Object.keys(CASES))('%s', (name) => {
  it.each(['csr', 'bcrc', 'bcr'] as const)('is the same on %s weights as on dense ones', (encoding) => {
    for (let seed = 1; seed <= 20; seed++) {
      const r = random(seed * 1000 + name.length);
      const one = CASES[name]!(r);
      const layer = layerOf(one.operator, one.inputs.map((t, i) => (t === undefined ? '' : `in${i}`)), one.attributes);
      const mask = Object.keys(MASKS)[seed % Object.keys(MASKS).length]!;
      const pruned = one.inputs.map((t, i) => (one.weights.includes(i) ? MASKS[mask]!(r, t as DenseTensor) : t));
      const encoded = pruned.map((t, i) => (one.weights.includes(i) ? sparse(t as DenseTensor, layer, i, encoding) : t));
      for (const i of one.weights) expect(encoded[i]!.kind, `seed ${seed}`).toBe('sparse');
      expectSame(run(one, encoded), run(one, pruned), `seed ${seed}, ${mask}`);
    }
  });
});

describe('convolution with kernel patterns', () => {
  it('is the same as on dense weights', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const r = random(seed);
      const patterns = [[4, 0, 1, 3], [4, 1, 2, 5], [4, 5, 7, 8], [4, 3, 6, 7]];
      const w = r.tensor([r.between(1, 6), r.between(1, 5), 3, 3]);
      const chosen = Array.from({ length: w.data.length / 9 }, () => (r.next() < 0.25 ? [] : r.pick(patterns)));
      const pruned = masked(w, (i) => chosen[Math.floor(i / 9)]!.includes(i % 9));
      const one: Case = { operator: 'Conv', weights: [1], attributes: { pads: ints(1, 1, 1, 1) }, inputs: [r.tensor([2, w.shape[1]!, 5, 6]), pruned] };
      const encoded = sparse(pruned, layerOf('Conv', ['x', 'w']), 1, 'pattern') as SparseTensor;
      expect(encoded.matrices[0]!.encoding).toBe('pattern');
      expectSame(run(one, [one.inputs[0], encoded]), run(one, one.inputs), `seed ${seed}`);
    }
  });
});

describe('tiles', () => {
  const weight = f32([2, 3], [1, 0, 2, 0, 0, 3]);
  const layer = layerOf('Gemm', ['x', 'w'], { transB: int(1) });

  it('never multiply what is not stored', () => {
    const x = f32([1, 3], [1, Infinity, 10]);
    expect(Array.from(runLayer('Gemm', [x, sparse(weight, layer, 1, 'csr')], { transB: int(1) })[0]!.data as Float32Array)).toEqual([21, 30]);
    expect(Array.from(runLayer('Gemm', [x, weight], { transB: int(1) })[0]!.data as Float32Array)).toEqual([NaN, NaN]);
  });

  it('are refused with run.weight-view where they are seen as other matrices', () => {
    const wrong = sparse(weight, layerOf('Gemm', ['x', 'w']), 1, 'csr');
    expect(() => runLayer('Gemm', [f32([1, 3], [1, 2, 3]), wrong], { transB: int(1) })).toThrow(/run\.weight-view/);
  });

  it('are decoded at inputs that hold no weights', () => {
    const sum = runLayer('Add', [sparse(weight, layer, 1, 'bcr'), f32([], [1])])[0]!;
    expect([sum.shape, Array.from(sum.data as Float32Array)]).toEqual([[2, 3], [2, 1, 3, 1, 1, 4]]);
  });

  it('hold f16 weights as bits, computed as numbers', () => {
    // 0x3c00 is 1, 0x4000 is 2, 0xc200 is -3.
    const half = dense('f16', [2, 2], Uint16Array.of(0x3c00, 0, 0x4000, 0xc200));
    const x = dense('f16', [1, 2], Uint16Array.of(0x4000, 0x3c00));
    const y = runLayer('Gemm', [x, sparse(half, layer, 1, 'csr')], { transB: int(1) })[0]!;
    expect([y.dtype, Array.from(y.data as Uint16Array)]).toEqual(['f16', [0x4000, 0x3c00]]);
  });

  it('take fused activations like any other weight', () => {
    const w = sparse(f32([2, 2], [0, 1, -1, 0]), layer, 1, 'bcrc');
    const y = runLayer('Gemm', [f32([1, 2], [3, 5]), w], { transB: int(1) }, { activation: { kind: 'clip', alpha: -2, beta: 4 } })[0]!;
    expect(Array.from(y.data as Float32Array)).toEqual([4, -2]);
  });
});
