import { random, type Random } from '@fretwork/conformance';
import { dense, FretworkError, type Attribute, type DenseTensor, type Model, type Tensor, type ValueInfo } from '@fretwork/format';
import { importModel } from '@fretwork/onnx';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { load, type Level } from '../src/index.js';
import { bytesOf, haveData, MISSING } from './data.js';

const tensor = (source: Random, ...shape: readonly number[]): DenseTensor =>
  dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.normal() / 2));

const GATES = { GRU: 3, LSTM: 4, RNN: 1 } as const;
type Operator = keyof typeof GATES;

interface Made {
  readonly operator: Operator;
  readonly batchFirst?: boolean;
  readonly direction?: string;
  /** Start from a constant of the model. */
  readonly constant?: boolean;
  /** The states are inputs and outputs of the model. */
  readonly explicit?: boolean;
}

const [INPUTS, HIDDEN] = [3, 6];

/** x `[T, N, 3]` → two recurrent layers → y. */
function network(source: Random, { operator, batchFirst = false, direction = 'forward', constant = false, explicit = false }: Made): Model {
  const gates = GATES[operator];
  const attributes = new Map<string, Attribute>([
    ['hidden_size', { type: 'int', value: HIDDEN }], ['direction', { type: 'string', value: direction }], ['layout', { type: 'int', value: batchFirst ? 1 : 0 }],
  ]);
  const start = tensor(source, 1, 1, HIDDEN);
  const before: readonly string[] = operator === 'LSTM' ? ['h0', 'c0'] : ['h0'];
  const state = (name: string): ValueInfo => ({ name, dtype: 'f32', shape: [1, 'N', HIDDEN] });
  return {
    name: 'made', values: [],
    inputs: [{ name: 'x', dtype: 'f32', shape: batchFirst ? ['N', 'T', INPUTS] : ['T', 'N', INPUTS] }, ...(explicit ? before.map(state) : [])],
    outputs: [{ name: 'y', dtype: 'f32' }, ...(explicit ? [state('h1'), ...(operator === 'LSTM' ? [state('c1')] : [])] : [])],
    layers: [{
      name: 'first', operator, domain: '', attributes, outputs: ['y', ...(explicit ? ['h1', ...(operator === 'LSTM' ? ['c1'] : [])] : [])],
      inputs: ['x', 'w', 'r', 'b', ...(constant ? ['', 'start', ...(operator === 'LSTM' ? ['start'] : [])] : explicit ? ['', ...before] : [])],
    }],
    tensors: new Map<string, Tensor>([
      ['w', tensor(source, 1, gates * HIDDEN, INPUTS)], ['r', tensor(source, 1, gates * HIDDEN, HIDDEN)], ['b', tensor(source, 1, 2 * gates * HIDDEN)],
      ...(constant ? [['start', start] as [string, Tensor]] : []),
    ]),
    provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}

/** Steps `from` to `to` of x `[T, 1, 3]` or `[1, T, 3]`. */
const piece = (x: DenseTensor, from: number, to: number, batchFirst: boolean): DenseTensor =>
  dense('f32', batchFirst ? [1, to - from, INPUTS] : [to - from, 1, INPUTS], (x.data as Float32Array).slice(from * INPUTS, to * INPUTS));

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof FretworkError) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const LEVELS: readonly Level[] = ['relaxed', 'simd', 'javascript'];
const MADE: readonly Made[] = [
  { operator: 'GRU' }, { operator: 'LSTM' }, { operator: 'RNN' }, { operator: 'GRU', batchFirst: true }, { operator: 'LSTM', constant: true }, { operator: 'GRU', constant: true },
];

describe.each(LEVELS)('kept states, %s', (level) => {
  it.each(MADE)('give for a sequence in pieces what the whole gives: %o', async (made) => {
    const source = random(3);
    const model = network(source, made);
    const whole = await load(model, { level });
    const pieces = await load(model, { level, states: 'kept' });
    expect([pieces.inputs, pieces.outputs]).toEqual([['x'], ['y']]);
    expect(pieces.report().states).toHaveLength(made.operator === 'LSTM' ? 2 : 1);
    const batchFirst = made.batchFirst === true;
    const x = tensor(source, ...(batchFirst ? [1, 20, INPUTS] : [20, 1, INPUTS]));
    const expected = whole.run({ x }).y!.data;
    for (let round = 0; round < 2; round++) {
      const found: number[] = [];
      for (const [from, to] of [[0, 7], [7, 8], [8, 8 + 7], [15, 20]] as const) {
        const outputs = pieces.run({ x: piece(x, from, to, batchFirst) });
        expect(Object.keys(outputs)).toEqual(['y']);
        found.push(...outputs.y!.data as Float32Array);
      }
      expect(found).toHaveLength(expected.length);
      found.forEach((value, i) => { expect(value).toBeCloseTo(expected[i] as number, 6); });
      pieces.reset();
    }
  });

  it('are values of the model too: an output becomes an input', async () => {
    const source = random(4);
    const model = network(source, { operator: 'LSTM', explicit: true });
    const [plain, stream] = [await load(model, { level }), await load(model, { level, carry: { h1: 'h0', c1: 'c0' }, outputs: 'views' })];
    expect([stream.inputs, stream.outputs]).toEqual([['x'], ['y', 'h1', 'c1']]);
    const zeros = dense('f32', [1, 1, HIDDEN], new Float32Array(HIDDEN));
    let [h0, c0] = [zeros, zeros];
    for (let k = 0; k < 5; k++) {
      const x = tensor(source, 2, 1, INPUTS);
      const expected = plain.run({ x, h0, c0 });
      expect(stream.run({ x }).y!.data).toEqual(expected.y!.data);
      [h0, c0] = [expected.h1!, expected.c1!];
    }
    // One that is given is taken, and what comes of it kept.
    const x = tensor(source, 2, 1, INPUTS);
    const set = { x, h0: tensor(source, 1, 1, HIDDEN), c0: zeros };
    const expected = plain.run(set);
    expect(stream.run(set).y!.data).toEqual(expected.y!.data);
    expect(stream.run({ x }).y!.data).toEqual(plain.run({ x, h0: expected.h1!, c0: expected.c1! }).y!.data);
  });
});

describe('streams', () => {
  it('carry the caches of a speech enhancer and a noise suppressor', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    for (const [name, carry] of [
      ['gtcrn_simple', { conv_cache_out: 'conv_cache', tra_cache_out: 'tra_cache', inter_cache_out: 'inter_cache' }], ['dtln_1_lstm', { tf_op_layer_stack_2: 'input_3' }],
    ] as const) {
      const model = importModel(bytesOf(`models/${name}/model.onnx`));
      const [plain, stream] = [await load(model), await load(model, { carry })];
      const source = random(8);
      const of = (input: string): DenseTensor => tensor(source, ...model.inputs.find((info) => info.name === input)!.shape as number[]);
      const states = Object.fromEntries(Object.values(carry).map((input): [string, DenseTensor] => [input, { ...of(input), data: new Float32Array(of(input).data.length) }]));
      for (let frame = 0; frame < 4; frame++) {
        const given = Object.fromEntries(stream.inputs.map((input) => [input, of(input)]));
        const expected = plain.run({ ...given, ...states });
        expect(stream.run(given)).toEqual(expected);
        for (const [from, to] of Object.entries(carry)) states[to] = expected[from]!;
      }
    }
  });

  it('say what cannot be carried', async () => {
    const source = random(5);
    const model = network(source, { operator: 'GRU', explicit: true });
    expect(await codeOf(() => load(model, { carry: { nothing: 'h0' } }))).toBe('run.carry');
    expect(await codeOf(() => load(model, { carry: { h1: 'w' } }))).toBe('run.carry');
    expect(await codeOf(() => load(model, { carry: { y: 'h0' } }))).toBe('run.carry');
    expect(await codeOf(() => load(model, { carry: { h1: 'h0', y: 'h0' } }))).toBe('run.carry');
    expect(await codeOf(() => load(network(source, { operator: 'GRU', direction: 'reverse' }), { states: 'kept' }))).toBe('run.carry');
  });

  it('hold one stream: another batch size needs a reset, or the state', async () => {
    const source = random(6);
    const stream = await load(network(source, { operator: 'GRU', explicit: true }), { carry: { h1: 'h0' } });
    stream.run({ x: tensor(source, 2, 1, INPUTS) });
    const x = tensor(source, 2, 3, INPUTS);
    expect(await codeOf(() => stream.run({ x }))).toBe('run.shape');
    expect(stream.run({ x, h0: tensor(source, 1, 3, HIDDEN) }).h1!.shape).toEqual([1, 3, HIDDEN]);
    expect(stream.run({ x }).h1!.shape).toEqual([1, 3, HIDDEN]);
    expect(await codeOf(() => stream.run({ x: tensor(source, 2, 1, INPUTS) }))).toBe('run.shape');
    stream.reset();
    expect(stream.run({ x: tensor(source, 2, 1, INPUTS) }).h1!.shape).toEqual([1, 1, HIDDEN]);
  });

  it('say which input is missing or not known, and go on after that', async () => {
    const source = random(7);
    const stream = await load(network(source, { operator: 'GRU', explicit: true }), { carry: { h1: 'h0' } });
    const x = tensor(source, 2, 1, INPUTS);
    expect(await codeOf(() => stream.run({}))).toBe('run.input-missing');
    expect(await codeOf(() => stream.run({ x, z: x }))).toBe('run.input-unknown');
    expect(stream.run({ x }).y!.shape).toEqual([2, 1, 1, HIDDEN]);
  });

  it('allocate nothing in 10,000 runs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const source = random(9);
    const stream = await load(network(source, { operator: 'LSTM' }), { states: 'kept', outputs: 'views' });
    const inputs = { x: tensor(source, 1, 1, INPUTS) };
    const grown = (): number => {
      collect();
      const { heapUsed } = memoryUsage();
      for (let i = 0; i < 10_000; i++) stream.run(inputs);
      return memoryUsage().heapUsed - heapUsed;
    };
    grown();
    grown();
    const before = memoryUsage().arrayBuffers;
    expect(Math.min(grown(), grown(), grown())).toBeLessThan(100_000);
    expect(memoryUsage().arrayBuffers).toBe(before);
  });
});
