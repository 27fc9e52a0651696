import { random, type Random } from '@fretwork/conformance';
import { dense, encode, inferShapes, weightsOf, type Activation, type Attribute, type DenseTensor, type Layer, type Model, type Tensor } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { load, type Level } from '../src/index.js';

const tensor = (draw: Random, ...shape: readonly number[]): DenseTensor =>
  dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw.normal()));
const ints = (...value: readonly number[]): Attribute => ({ type: 'ints', value });

/** As graph passes leave them on the layers before. */
const ACTIVATIONS: readonly Activation[] = [{ kind: 'relu' }, { kind: 'clip', alpha: -0.5, beta: 1 }, { kind: 'sigmoid' }, { kind: 'hard-swish' }];

/** A map that a next layer may read. */
interface FeatureMap { readonly name: string; readonly channels: number; readonly size: number }

/** Convolutions of all kinds, pools, residual sums and activations over maps of `size`, in a graph that branches. */
function network(draw: Random, size: number): Model {
  const layers: Layer[] = [];
  const tensors = new Map<string, Tensor>();
  const maps: FeatureMap[] = [{ name: 'x', channels: draw.integer(1, 5), size }];
  const add = (operator: string, inputs: readonly string[], attributes: Record<string, Attribute>, channels: number, own: number): FeatureMap => {
    const name = `v${layers.length}`;
    const activation = draw.next() < 0.15 && (operator === 'Conv' || operator === 'Add') ? ACTIVATIONS[draw.integer(0, 3)]! : undefined;
    layers.push({ name: `l${layers.length}`, operator, domain: '', inputs, outputs: [name], attributes: new Map(Object.entries(attributes)), ...(activation === undefined ? {} : { activation }) });
    return { name, channels, size: own };
  };
  const convolution = (from: FeatureMap): FeatureMap => {
    const depthwise = draw.next() < 0.25;
    const kernel = [1, 1, 3, 3, 5][draw.integer(0, 4)]!;
    const pad = draw.next() < 0.85 ? (kernel - 1) / 2 : draw.integer(0, 1);
    const stride = draw.next() < 0.8 ? 1 : 2;
    const own = Math.floor((from.size + 2 * pad - kernel) / stride) + 1;
    if (own < 1) return from;
    const channels = depthwise ? from.channels : draw.next() < 0.5 ? from.channels : draw.integer(1, 9);
    const [w, b] = [`w${layers.length}`, `b${layers.length}`];
    const values = tensor(draw, channels, depthwise ? 1 : from.channels, kernel, kernel);
    const keep = draw.next();
    for (let i = 0; i < values.data.length; i++) values.data[i] = draw.next() < keep ? values.data[i]! as number * 0.5 : 0;
    tensors.set(w, values);
    if (draw.next() < 0.7) tensors.set(b, tensor(draw, channels));
    const attributes = { kernel_shape: ints(kernel, kernel), pads: ints(pad, pad, pad, pad), strides: ints(stride, stride), ...(depthwise ? { group: { type: 'int', value: channels } as const } : {}) };
    return add('Conv', tensors.has(b) ? [from.name, w, b] : [from.name, w], attributes, channels, own);
  };
  for (let i = draw.integer(3, 10); i > 0; i--) {
    const from = maps[draw.next() < 0.7 ? maps.length - 1 : draw.integer(0, maps.length - 1)]!;
    const kind = draw.next();
    const sides = maps.filter((map) => map !== from && map.size === from.size);
    const equals = maps.filter((map) => map !== from && map.channels === from.channels && map.size === from.size);
    if (kind < 0.55) maps.push(convolution(from));
    else if (kind < 0.75 && equals.length > 0) maps.push(add(draw.next() < 0.5 ? 'Add' : 'Sum', draw.next() < 0.5 ? [from.name, equals.at(-1)!.name] : [equals.at(-1)!.name, from.name], {}, from.channels, from.size));
    else if (kind < 0.8 && sides.length > 0) maps.push(add('Concat', [from.name, sides.at(-1)!.name, from.name], { axis: { type: 'int', value: 1 } }, 2 * from.channels + sides.at(-1)!.channels, from.size));
    else if (kind < 0.9) maps.push(add('Relu', [from.name], {}, from.channels, from.size));
    else if (from.size > 3) maps.push(add(draw.next() < 0.5 ? 'MaxPool' : 'AveragePool', [from.name], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), strides: ints(2, 2) }, from.channels, Math.floor((from.size - 1) / 2) + 1));
  }
  const outputs = [...new Set([maps.at(-1)!.name, ...maps.slice(1).filter(() => draw.next() < 0.1).map((map) => map.name)])].filter((name) => name !== 'x');
  const model: Model = {
    name: 'drawn', inputs: [{ name: 'x', dtype: 'f32', shape: ['N', maps[0]!.channels, size, size] }], outputs: outputs.map((name) => ({ name, dtype: 'f32' })), values: [],
    layers, tensors, provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
  expect(inferShapes(model).problems).toEqual([]);
  return sparse(model, draw);
}

/** Half of the weights, encoded by some block. */
function sparse(model: Model, draw: Random): Model {
  const tensors = new Map(model.tensors);
  for (const layer of model.layers) {
    for (const { name, view } of weightsOf(model, layer)) {
      const weight = tensors.get(name);
      if (weight?.kind !== 'dense' || draw.next() < 0.5) continue;
      tensors.set(name, encode(weight, view, { encodings: [(['csr', 'bcr', 'bcrc'] as const)[draw.integer(0, 2)]!] }).tensor);
    }
  }
  return { ...model, tensors };
}

const WAYS: readonly (readonly [level: Level, threads: number])[] = [['relaxed', 1], ['simd', 1], ['javascript', 1], ['relaxed', 2], ['simd', 3]];

describe.each(WAYS)('random networks of maps, %s, %i threads', (level, threads) => {
  it('give what the reference gives, whatever layouts their values get', async () => {
    let [checked, inPlanes] = [0, 0];
    for (let seed = 0; seed < (threads === 1 ? 150 : 60); seed++) {
      const draw = random(seed);
      const model = network(draw, draw.next() < 0.4 ? draw.integer(28, 33) : draw.integer(3, 14));
      if (model.outputs.length === 0) continue;
      const x = tensor(draw, draw.integer(1, 2), (model.inputs[0]!.shape as readonly number[])[1]!, (model.inputs[0]!.shape as readonly number[])[2]!, (model.inputs[0]!.shape as readonly number[])[3]!);
      const runtime = await load(model, { level, threads });
      expect(runtime.report().threads.count).toBe(threads);
      const expected = createInterpreter(model).run({ x });
      runtime.run({ x });
      const found = runtime.run({ x });
      for (const { name } of model.outputs) {
        const largest = (expected[name]!.data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        (expected[name]!.data as Float32Array).forEach((value, i) => {
          if (!(Math.abs(found[name]!.data[i] as number - value) <= 2e-5 * largest)) expect.fail(`seed ${seed}: element ${i} of ${name} is ${String(found[name]!.data[i])}, expected ${value}`);
        });
        checked += expected[name]!.data.length;
      }
      inPlanes += runtime.report().layers.filter(({ why }) => why.startsWith('on the input as it lies')).length;
      runtime.dispose();
    }
    expect(checked).toBeGreaterThan(20_000);
    expect(inPlanes).toBeGreaterThan(40);
  }, 120_000);
});
