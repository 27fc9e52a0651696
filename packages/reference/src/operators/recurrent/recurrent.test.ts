import { describe, expect, it } from 'vitest';
import type { Attribute, DenseTensor } from '@fretwork/format';
import { distance, f32, float, floats, int, ints, layerOf, runLayer, string, strings, tensor } from '../../../test/one-layer.js';
import { random, type Random } from '../../../test/random.js';
import { supports } from '../../index.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const at = (t: DenseTensor, i: number): number => t.data[i] as number;

/** One cell of one unit with one input: everything is a number, and the formulas of the ONNX page can be read off. */
const scalars = (...values: number[]): DenseTensor => f32([1, values.length, 1], values);

describe('GRU of one unit', () => {
  // Gates z, r, h; biases of the input, then of the recurrent part.
  const [w, r] = [scalars(0.3, -0.4, 0.5), scalars(0.6, 0.7, -0.8)];
  const b = f32([1, 6], [0.1, -0.1, 0.2, 0.05, 0.15, -0.25]);
  const [x, h] = [0.9, -0.6];
  const z = sigmoid(0.3 * x + 0.6 * h + 0.1 + 0.05);
  const reset = sigmoid(-0.4 * x + 0.7 * h - 0.1 + 0.15);
  const run = (attributes: Record<string, Attribute>): number =>
    at(runLayer('GRU', [f32([1, 1, 1], [x]), w, r, b, undefined, f32([1, 1, 1], [h])], { hidden_size: int(1), ...attributes })[0]!, 0);

  it('resets before the recurrent product by default', () => {
    const n = Math.tanh(0.5 * x + reset * h * -0.8 - 0.25 + 0.2);
    expect(run({})).toBeCloseTo((1 - z) * n + z * h, 6);
  });

  it('resets after it with linear_before_reset', () => {
    const n = Math.tanh(0.5 * x + reset * (h * -0.8 - 0.25) + 0.2);
    expect(run({ linear_before_reset: int(1) })).toBeCloseTo((1 - z) * n + z * h, 6);
  });

  it('clips the arguments of its activations', () => {
    const limit = 0.05;
    const cut = (v: number): number => Math.max(-limit, Math.min(limit, v));
    const zc = sigmoid(cut(0.3 * x + 0.6 * h + 0.15));
    const rc = sigmoid(cut(-0.4 * x + 0.7 * h + 0.05));
    const n = Math.tanh(cut(0.5 * x + rc * h * -0.8 - 0.05));
    expect(run({ clip: float(limit) })).toBeCloseTo((1 - zc) * n + zc * h, 6);
  });
});

describe('LSTM of one unit', () => {
  const [w, r] = [scalars(0.3, -0.4, 0.5, 0.6), scalars(0.1, 0.2, -0.3, 0.4)];
  const b = f32([1, 8], [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08]);
  const p = f32([1, 3], [0.5, -0.5, 0.25]);
  const [x, h, c] = [0.9, -0.6, 1.5];
  const gate = (k: number): number => [0.3, -0.4, 0.5, 0.6][k]! * x + [0.1, 0.2, -0.3, 0.4][k]! * h + 0.01 * (k + 1) + 0.01 * (k + 5);
  const run = (attributes: Record<string, Attribute>, peepholes: DenseTensor | undefined): number[] => {
    const state = (v: number): DenseTensor => f32([1, 1, 1], [v]);
    const [, hidden, cell] = runLayer('LSTM', [f32([1, 1, 1], [x]), w, r, b, undefined, state(h), state(c), peepholes],
      { hidden_size: int(1), ...attributes }, { outputs: 3 });
    return [at(hidden!, 0), at(cell!, 0)];
  };

  it('has gates in the order i, o, f, c and peepholes in the order i, o, f', () => {
    const [i, f] = [sigmoid(gate(0) + 0.5 * c), sigmoid(gate(2) + 0.25 * c)];
    const next = f * c + i * Math.tanh(gate(3));
    const hidden = sigmoid(gate(1) - 0.5 * next) * Math.tanh(next);
    const [gotHidden, gotCell] = run({}, p);
    expect(gotCell).toBeCloseTo(next, 6);
    expect(gotHidden).toBeCloseTo(hidden, 6);
  });

  it('couples the forget gate with input_forget', () => {
    const i = sigmoid(gate(0));
    const next = (1 - i) * c + i * Math.tanh(gate(3));
    expect(run({ input_forget: int(1) }, undefined)[1]).toBeCloseTo(next, 6);
  });

  it('uses up alphas and betas in the order of the functions that have some', () => {
    const attributes = {
      activations: strings('HardSigmoid', 'Tanh', 'LeakyRelu'), activation_alpha: floats(0.25, 3), activation_beta: floats(0.4),
    };
    const hard = (v: number): number => Math.max(0, Math.min(1, 0.25 * v + 0.4));
    const next = hard(gate(2)) * c + hard(gate(0)) * Math.tanh(gate(3));
    const [hidden, cell] = run(attributes, undefined);
    expect(cell).toBeCloseTo(next, 6);
    expect(hidden).toBeCloseTo(hard(gate(1)) * (next < 0 ? 3 * next : next), 6);
  });
});

describe('RNN', () => {
  it('unrolls', () => {
    const y = runLayer('RNN', [f32([3, 1, 1], [1, 0, 2]), scalars(0.5), scalars(-1), f32([1, 2], [0.1, 0.2])], { hidden_size: int(1) })[0]!;
    const first = Math.tanh(0.5 + 0.3);
    const second = Math.tanh(-first + 0.3);
    expect(Array.from(y.data as Float32Array)).toEqual([first, second, Math.tanh(1 - second + 0.3)].map(Math.fround));
  });

  it.each<[string, (x: number) => number]>([
    ['Relu', (x) => Math.max(0, x)], ['Softsign', (x) => x / (1 + Math.abs(x))], ['Softplus', (x) => Math.log(1 + Math.exp(x))],
    ['Affine', (x) => 2 * x + 0.5], ['ScaledTanh', (x) => 2 * Math.tanh(0.5 * x)], ['ThresholdedRelu', (x) => (x > 2 ? x : 0)],
    ['Elu', (x) => (x < 0 ? 2 * (Math.exp(x) - 1) : x)], ['sigmoid', sigmoid],
  ])('knows %s, whatever its case', (name, f) => {
    for (const x of [-1.5, 3]) {
      const attributes = { hidden_size: int(1), activations: strings(name), activation_alpha: floats(2), activation_beta: floats(0.5) };
      expect(at(runLayer('RNN', [f32([1, 1, 1], [x]), scalars(1), scalars(0)], attributes)[0]!, 0)).toBeCloseTo(f(x), 6);
    }
  });
});

/** A layer with random weights in one direction. */
const weights = (r: Random, gates: number, inputs: number, hidden: number): DenseTensor[] =>
  [r.tensor([1, gates * hidden, inputs]), r.tensor([1, gates * hidden, hidden]), r.tensor([1, 2 * gates * hidden])];

const joined = (a: DenseTensor, b: DenseTensor): DenseTensor =>
  f32([2, ...a.shape.slice(1)], [...(a.data as Float32Array), ...(b.data as Float32Array)]);

const LAYERS: [string, number, number][] = [['GRU', 3, 1], ['LSTM', 4, 2], ['RNN', 1, 1]];

describe.each(LAYERS)('%s', (operator, gates, states) => {
  const [steps, batch, inputs, hidden] = [4, 3, 2, 5];
  const r = random(gates);
  const x = r.tensor([steps, batch, inputs]);
  const [there, back] = [weights(r, gates, inputs, hidden), weights(r, gates, inputs, hidden)];
  const run = (ins: (DenseTensor | undefined)[], attributes: Record<string, Attribute> = {}): DenseTensor[] =>
    runLayer(operator, ins, { hidden_size: int(hidden), ...attributes }, { outputs: 1 + states });
  const part = (t: DenseTensor, start: number, length: number): DenseTensor => f32([length], Array.from((t.data as Float32Array).subarray(start, start + length)));

  it('backwards is forwards over the steps turned round', () => {
    const rows = Array.from({ length: steps }, (_, t) => Array.from((x.data as Float32Array).subarray(t * batch * inputs, (t + 1) * batch * inputs)));
    const turned = f32(x.shape, rows.reverse().flat());
    const [y, last] = run([x, ...back], { direction: string('reverse') });
    const [z, end] = run([turned, ...back]);
    expect(distance(last!, end!)).toBe(0);
    const size = batch * hidden;
    for (let t = 0; t < steps; t++) expect(distance(part(y!, t * size, size), part(z!, (steps - 1 - t) * size, size))).toBe(0);
  });

  it('in both directions is each by itself', () => {
    const both = run([x, ...there.map((w, i) => joined(w, back[i]!))], { direction: string('bidirectional') });
    const [one, other] = [run([x, ...there]), run([x, ...back], { direction: string('reverse') })];
    expect(both[0]!.shape).toEqual([steps, 2, batch, hidden]);
    const size = batch * hidden;
    for (let t = 0; t < steps; t++) {
      expect(distance(part(both[0]!, 2 * t * size, size), part(one[0]!, t * size, size))).toBe(0);
      expect(distance(part(both[0]!, (2 * t + 1) * size, size), part(other[0]!, t * size, size))).toBe(0);
    }
    for (let s = 1; s <= states; s++) expect(distance(both[s]!, joined(one[s]!, other[s]!))).toBe(0);
  });

  it('stops each sequence at its own length and pads Y with zeros', () => {
    const lengths = [2, 4, 0];
    const [y, last] = run([x, ...there, tensor('i32', [3], lengths)]);
    const [full] = run([x, ...there]);
    lengths.forEach((length, b) => {
      for (let t = 0; t < steps; t++) {
        const here = part(y!, (t * batch + b) * hidden, hidden);
        expect(distance(here, t < length ? part(full!, (t * batch + b) * hidden, hidden) : f32([hidden], [0, 0, 0, 0, 0]))).toBe(0);
      }
      const end = length === 0 ? f32([hidden], [0, 0, 0, 0, 0]) : part(full!, ((length - 1) * batch + b) * hidden, hidden);
      expect(distance(part(last!, b * hidden, hidden), end)).toBe(0);
    });
  });

  it('backwards starts each sequence at its own end', () => {
    const [, last] = run([x, ...back, tensor('i32', [3], [2, 4, 3])], { direction: string('reverse') });
    const short = f32([2, batch, inputs], Array.from((x.data as Float32Array).subarray(0, 2 * batch * inputs)));
    const [, end] = run([short, ...back], { direction: string('reverse') });
    expect(distance(part(last!, 0, hidden), part(end!, 0, hidden))).toBe(0);
  });

  it('in layout 1 has the batch in front everywhere', () => {
    const turned = (t: DenseTensor, ...perm: number[]): DenseTensor => runLayer('Transpose', [t], { perm: ints(...perm) })[0]!;
    const initial = Array.from({ length: states }, () => r.tensor([1, batch, hidden]));
    const plain = run([x, ...there, undefined, ...initial]);
    const first = run([turned(x, 1, 0, 2), ...there, undefined, ...initial.map((t) => turned(t, 1, 0, 2))], { layout: int(1) });
    expect(first[0]!.shape).toEqual([batch, steps, 1, hidden]);
    expect(distance(turned(plain[0]!, 2, 0, 1, 3), first[0]!)).toBe(0);
    for (let s = 1; s <= states; s++) expect(distance(turned(plain[s]!, 1, 0, 2), first[s]!)).toBe(0);
  });

  it('goes on where it stopped', () => {
    const half = (from: number): DenseTensor => f32([2, batch, inputs], Array.from((x.data as Float32Array).subarray(from * batch * inputs, (from + 2) * batch * inputs)));
    const [, ...middle] = run([half(0), ...there]);
    const [, ...end] = run([half(2), ...there, undefined, ...middle]);
    const [, ...whole] = run([x, ...there]);
    end.forEach((t, s) => expect(distance(t, whole[s]!)).toBeLessThan(1e-6));
  });
});

describe('recurrent layers', () => {
  it('refuse by reason what they do not know', () => {
    expect(supports(layerOf('GRU', [], { activations: strings('Sigmoid', 'Swish') }))).toMatchObject({ ok: false, reason: 'activation Swish is not known' });
    expect(supports(layerOf('LSTM', [], { direction: string('sideways') }))).toMatchObject({ ok: false });
    expect(supports(layerOf('RNN', [], { direction: string('bidirectional'), activations: strings('Tanh') }))).toMatchObject({ ok: false });
  });

  it('refuse what does not fit', () => {
    const r = random(1);
    const ins = [r.tensor([2, 1, 3]), r.tensor([1, 6, 3]), r.tensor([1, 6, 2])];
    expect(() => runLayer('GRU', ins, { hidden_size: int(3) })).toThrow(/run\.shape/);
    expect(() => runLayer('GRU', [r.tensor([2, 1, 4]), ...ins.slice(1)], { hidden_size: int(2) })).toThrow(/does not fit its input/);
    expect(() => runLayer('GRU', [...ins, undefined, tensor('i32', [1], [3])], { hidden_size: int(2) })).toThrow(/sequence_lens/);
    expect(() => runLayer('GRU', [r.tensor([6]), ...ins.slice(1)], { hidden_size: int(2) })).toThrow(/run\.rank/);
  });
});
