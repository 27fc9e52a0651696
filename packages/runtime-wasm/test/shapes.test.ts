import { casesFromTree, random, treeOf, type Random } from '@fretwork/conformance';
import { gunzip, readUstar } from '@fretwork/datasets';
import { dense, inferShapes, zeros, type Attribute, type DenseTensor, type FretworkError, type Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { load } from '../src/index.js';
import { inferValues, onesFor } from '../src/plan/infer.js';
import { bytesOf, haveData, MISSING } from './data.js';

const models = async (): Promise<readonly (readonly [string, Model])[]> => {
  const cases = casesFromTree(treeOf(readUstar(await gunzip(bytesOf('onnx-node-tests/node.tar.gz')))));
  return Promise.all(cases.map(async ({ name, load: read }) => [name, (await read()).source.model()] as const));
};

const inferred = (model: Model) => {
  const shapes = onesFor(model.inputs.filter(({ name }) => !model.tensors.has(name)));
  return { own: inferValues(model, { shapes, contents: new Map() }), format: inferShapes(model, shapes) };
};

describe('shapes on numbers', () => {
  it('are those of the inference with names, for every layer of the ONNX backend cases', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    let compared = 0;
    for (const [name, model] of await models()) {
      const { own, format } = inferred(model);
      expect(own.problems, name).toEqual([]);
      for (const [value, { dtype, shape }] of own.values) {
        const other = format.values.get(value);
        expect([dtype, shape], `${name}: ${value}`).toEqual([other?.dtype, other?.shape]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(1400);
  }, 240_000);

  it('find whatever that finds in broken cases, and throw nothing (seed 5)', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    const draw = random(5);
    let found = 0;
    const all = await models();
    for (let round = 0; round < 6; round++) {
      for (const [name, model] of all) {
        const broken = mutated(model, draw);
        const { own, format } = inferred(broken);
        const open = broken.layers.some((layer) => layer.outputs.some((output) => output !== '' && !own.values.has(output)));
        if (format.problems.length === 0 || (open && own.problems.length === 0)) continue;
        expect(own.problems, `${name}: ${JSON.stringify(format.problems[0])}`).not.toEqual([]);
        found++;
      }
    }
    expect(found).toBeGreaterThan(400);
  }, 240_000);
});

/** One size, element or attribute of a model made another. */
function mutated(model: Model, draw: Random): Model {
  const pick = <T>(all: readonly T[]): T | undefined => all[draw.integer(0, Math.max(0, all.length - 1))];
  const shape = (sizes: readonly (number | string)[]): number[] => {
    const numbers = sizes.map((d) => (typeof d === 'number' ? d : 2));
    if (numbers.length === 0 || draw.integer(0, 4) === 0) return draw.integer(0, 1) === 0 ? numbers.slice(1) : [...numbers, draw.integer(1, 3)];
    const at = draw.integer(0, numbers.length - 1);
    return numbers.map((size, d) => (d === at ? Math.max(0, size + draw.integer(-2, 2)) : size));
  };
  const kind = draw.integer(0, 3);
  if (kind < 2) {
    const one = pick(model.inputs.filter(({ name }) => !model.tensors.has(name)));
    return { ...model, inputs: model.inputs.map((info) => (info === one ? { ...info, shape: shape(info.shape ?? []) } : info)) };
  }
  if (kind === 2) {
    const [name, tensor] = pick([...model.tensors]) ?? [];
    if (name === undefined || tensor?.kind !== 'dense') return model;
    const made = zeros(tensor.dtype, draw.integer(0, 1) === 0 ? tensor.shape : shape(tensor.shape));
    for (let i = 0; i < made.data.length; i++) {
      const value = Number(tensor.data[i % Math.max(1, tensor.data.length)] ?? 0) + (draw.integer(0, 2) === 0 ? draw.integer(-3, 3) : 0);
      made.data[i] = typeof made.data[i] === 'bigint' ? BigInt(Math.abs(value) === value || tensor.dtype === 'i64' ? value : 0) : value;
    }
    return { ...model, tensors: new Map([...model.tensors, [name, made]]) };
  }
  const layer = pick(model.layers);
  const [name, attribute] = pick([...layer?.attributes ?? []]) ?? [];
  if (name === undefined || (attribute?.type !== 'int' && attribute?.type !== 'ints')) return model;
  const other: Attribute = attribute.type === 'int' ? { type: 'int', value: attribute.value + draw.integer(-3, 3) }
    : { type: 'ints', value: draw.integer(0, 3) === 0 ? attribute.value.slice(1) : attribute.value.map((n) => n + draw.integer(-1, 1)) };
  return { ...model, layers: model.layers.map((own) => (own === layer ? { ...own, attributes: new Map([...own.attributes, [name, other]]) } : own)) };
}

describe('a model whose operators do not fit', () => {
  const x = (...shape: readonly number[]): DenseTensor => dense('f32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1));
  const made = (operator: string, input: readonly (number | string)[], weight: readonly number[]): Model => ({
    name: 'made', inputs: [{ name: 'x', dtype: 'f32', shape: input }], outputs: [{ name: 'y', dtype: 'f32' }], values: [],
    layers: [{ name: 'odd', operator, domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: new Map() }], tensors: new Map([['w', x(...weight)]]),
    provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  });

  it.each([
    ['Conv', [1, 3, 4, 4], [2, 4, 1, 1]], ['Conv', [1, 3, 4], [2, 3, 5]], ['ConvTranspose', [1, 3, 4, 4], [2, 4, 1, 1]], ['Gemm', [2, 3], [4, 1]],
    ['MatMul', [2, 3], [4, 1]], ['Add', [2, 3], [2, 2]],
  ] as const)('%s is refused when it is loaded, named', async (operator, input, weight) => {
    const error = await load(made(operator, input, weight)).then(() => undefined, (thrown: unknown) => thrown as FretworkError);
    expect(error).toMatchObject({ code: 'run.shape', details: { layer: 'odd' } });
  });

  it('is refused when inputs come whose sizes do not fit, and runs on those that do', async () => {
    const runtime = await load(made('MatMul', ['N', 'M'], [4, 1]));
    expect(() => runtime.run({ x: x(2, 3) })).toThrow(/run\.shape/);
    expect([...runtime.run({ x: x(2, 4) }).y!.data]).toEqual([4, 4]);
  });
});
