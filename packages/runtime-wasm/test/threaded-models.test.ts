import { random, type Random } from '@fretwork/conformance';
import { dense, encode, weightsOf, type Attribute, type DenseTensor, type Model, type Tensor } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { load } from '../src/index.js';

const tensor = (source: Random, ...shape: readonly number[]): DenseTensor =>
  dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.normal() / 8));

function largestDifference(found: DenseTensor, wanted: DenseTensor): number {
  let most = 0;
  for (let i = 0; i < wanted.data.length; i++) most = Math.max(most, Math.abs((found.data[i] as number) - (wanted.data[i] as number)) / Math.max(1, Math.abs(wanted.data[i] as number)));
  return found.data.length === wanted.data.length ? most : Infinity;
}

/** A GRU over `[steps, batch, 40]` and a MatMul on its last state, large enough for threads; weights pruned or not. */
function network(source: Random, hidden: number, pruned: boolean): Model {
  const int = (value: number): Attribute => ({ type: 'int', value });
  const tensors = new Map<string, Tensor>([
    ['w', tensor(source, 1, 3 * hidden, 40)], ['r', tensor(source, 1, 3 * hidden, hidden)], ['b', tensor(source, 1, 6 * hidden)], ['m', tensor(source, hidden, 300)],
  ]);
  const model: Model = {
    name: 'made', inputs: [{ name: 'x', dtype: 'f32', shape: ['T', 'N', 40] }], outputs: [{ name: 'y', dtype: 'f32' }, { name: 'all', dtype: 'f32' }], values: [],
    layers: [
      { name: 'gru', operator: 'GRU', domain: '', inputs: ['x', 'w', 'r', 'b'], outputs: ['all', 'h'], attributes: new Map([['hidden_size', int(hidden)], ['linear_before_reset', int(1)]]) },
      { name: 'mul', operator: 'MatMul', domain: '', inputs: ['h', 'm'], outputs: ['y'], attributes: new Map() },
    ],
    tensors, provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
  if (!pruned) return model;
  for (const layer of model.layers) {
    for (const { name, tensor: whole, view } of weightsOf(model, layer)) {
      const values = (whole as DenseTensor).data as Float32Array;
      values.forEach((_, i) => { if (source.next() < 0.7) values[i] = 0; });
      tensors.set(name, encode(whole as DenseTensor, view).tensor);
    }
  }
  return { ...model, tensors };
}

describe.each([[2, false], [2, true], [3, true]])('%i threads, pruned: %s', (threads, pruned) => {
  it('give bit for bit what one thread gives, at every shape', async () => {
    const source = random(5);
    const model = network(source, 160, pruned);
    const [one, more] = [await load(model), await load(model, { threads })];
    expect(more.report().threads).toEqual({ count: threads, why: 'asked for' });
    for (const [steps, batch] of [[7, 1], [3, 5], [7, 1]] as const) {
      const x = tensor(source, steps, batch, 40);
      expect(more.run({ x })).toEqual(one.run({ x }));
    }
    more.dispose();
    expect(() => more.run({ x: tensor(source, 7, 1, 40) })).toThrow('disposed');
  });
});

/** One convolution over a map of `size`, its weights pruned by some block, or not. */
function convolution(source: Random): { readonly model: Model; readonly x: DenseTensor } {
  const depthwise = source.next() < 0.15;
  const [channels, kernel, size] = [source.integer(1, 40), [1, 3][source.integer(0, 1)]!, source.next() < 0.6 ? source.integer(1, 14) : source.integer(23, 34)];
  const filters = depthwise ? channels : source.integer(1, 40);
  const weight = tensor(source, filters, depthwise ? 1 : channels, kernel, kernel);
  const keep = [1, 0.5, 0.1][source.integer(0, 2)]!;
  for (let i = 0; i < weight.data.length; i++) if (source.next() > keep) weight.data[i] = 0;
  const ints = (...value: readonly number[]): Attribute => ({ type: 'ints', value });
  const pad = source.next() < 0.8 ? (kernel - 1) / 2 : 0;
  const model: Model = {
    name: 'made', inputs: [{ name: 'x', dtype: 'f32', shape: [1, channels, size + kernel, size + kernel] }], outputs: [{ name: 'y', dtype: 'f32' }], values: [],
    layers: [{
      name: 'conv', operator: 'Conv', domain: '', inputs: ['x', 'w', 'b'], outputs: ['y'],
      attributes: new Map([['pads', ints(pad, pad, pad, pad)], ...(depthwise ? [['group', { type: 'int', value: channels }] as const] : [])]),
    }],
    tensors: new Map([['w', weight], ['b', tensor(source, filters)]]), provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
  const [own] = weightsOf(model, model.layers[0]!);
  if (keep < 1 && own !== undefined) (model.tensors as Map<string, Tensor>).set('w', encode(weight, own.view).tensor);
  return { model, x: tensor(source, 1, channels, size + kernel, size + kernel) };
}

it.each([1, 2, 3, 4])('convolutions by pixels and by rows agree with the reference: 15 random layers, %i threads', async (threads) => {
  for (let seed = 0; seed < 15; seed++) {
    const { model, x } = convolution(random(100 * threads + seed));
    const runtime = await load(model, { threads });
    const wanted = createInterpreter(model).run({ x })['y']!;
    for (let round = 0; round < 3; round++) expect(largestDifference(runtime.run({ x })['y']!, wanted), `seed ${seed}`).toBeLessThan(1e-5);
    runtime.dispose();
  }
}, 120_000);

it('two threads allocate nothing per run', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const source = random(6);
  const runtime = await load(network(source, 160, false), { threads: 2, outputs: 'views' });
  const inputs = { x: tensor(source, 1, 1, 40) };
  const grown = (): number => {
    collect();
    const { heapUsed } = memoryUsage();
    for (let i = 0; i < 5000; i++) runtime.run(inputs);
    return memoryUsage().heapUsed - heapUsed;
  };
  // While code is being optimised the engine itself allocates.
  grown();
  grown();
  // The smallest object takes 16 bytes: one a run would be 80,000.
  expect(Math.min(grown(), grown(), grown())).toBeLessThan(60_000);
  runtime.dispose();
}, 240_000);
