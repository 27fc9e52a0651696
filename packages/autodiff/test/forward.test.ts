/** The training graph computes what the model computes. */
import { dense, type DenseTensor, type Model } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { evaluationGraph, GRADIENTS, trainingGraph } from '../src/index.js';
import { CASES } from './cases.js';
import { int, modelOf, parametersOf, provenance, type GradientCase } from './one-layer.js';
import { random } from './random.js';

/** Output of a graph of `c`, everything it asks for given from the case; targets are zeros, dropout keeps all. */
function outputOf(model: Model, output: string, c: GradientCase): DenseTensor {
  const inputs = Object.fromEntries(model.inputs.map(({ name, dtype, shape }) => {
    const own = c.inputs[Number(name.slice(2))];
    const count = (shape as readonly number[]).reduce((a, b) => a * b, 1);
    return [name, name.startsWith('in') && own !== undefined ? own : dense(dtype, shape as readonly number[], new Float64Array(count).fill(name.endsWith('/mask') ? 1 : 0))];
  }));
  return createInterpreter(model).run(inputs)[output]!;
}

const largestGap = (a: DenseTensor, b: DenseTensor): number =>
  (a.shape.join() === b.shape.join() ? Math.max(0, ...Array.from(a.data as Float64Array, (v, i) => Math.abs(Number(v) - Number(b.data[i])))) : Infinity);

describe('the forward pass is the model itself', () => {
  for (const { operator } of GRADIENTS) {
    it(`${operator}`, () => {
      for (let seed = 1; seed <= 4; seed++) {
        const c = CASES[operator]!(random(seed));
        const model = modelOf(c);
        // Of BatchNormalization, training means ONNX's training_mode, whose other outputs are asked for below.
        const meant = operator === 'BatchNormalization' ? { ...c, attributes: { training_mode: int(1) }, outputs: 3 } : c;
        const wanted = createInterpreter(modelOf(meant)).run({})[`out${c.of ?? 0}`]!;
        const options = { loss: { kind: 'mse' }, trainable: parametersOf(c) } as const;
        const training = trainingGraph(model, options);
        expect(largestGap(outputOf(training.model, training.output, c), wanted), `training, seed ${seed}`).toBeLessThan(1e-12);
        const evaluation = evaluationGraph(model, options);
        expect(largestGap(outputOf(evaluation.model, evaluation.output, c), createInterpreter(model).run({})[`out${c.of ?? 0}`]!), `evaluation, seed ${seed}`).toBeLessThan(1e-12);
      }
    });
  }
});

describe('running statistics', () => {
  it('are those of ONNX BatchNormalization in training_mode', () => {
    const c = CASES['BatchNormalization']!(random(2));
    const graph = trainingGraph(modelOf(c), { loss: { kind: 'mse' } });
    const layer = { ...c, attributes: { training_mode: int(1) }, outputs: 3 };
    const wanted = createInterpreter({ ...modelOf(layer), outputs: [1, 2].map((o) => ({ name: `out${o}`, dtype: 'f64' as const })) }).run({});
    expect(graph.statistics.map((s) => s.tensor)).toEqual(['in3', 'in4']);
    graph.statistics.forEach(({ batch, keep, tensor }, s) => {
      const fresh = outputOf(graph.model, batch, c).data as Float64Array;
      const old = c.inputs[Number(tensor.slice(2))]!.data as Float64Array;
      fresh.forEach((v, i) => expect(old[i]! * keep + v * (1 - keep)).toBeCloseTo(Number(wanted[`out${s + 1}`]!.data[i]), 6));
    });
  });
});

it('evaluation does not behave as in training, even where the model was exported so', () => {
  const c = CASES['BatchNormalization']!(random(5));
  const exported = modelOf({ ...c, attributes: { training_mode: int(1) }, outputs: 3 });
  const graph = evaluationGraph(exported, { loss: { kind: 'mse' } });
  expect(largestGap(outputOf(graph.model, graph.output, c), createInterpreter(modelOf(c)).run({})['out0']!)).toBeLessThan(1e-12);
});

describe('what is written', () => {
  const x = { name: 'x', dtype: 'f32', shape: ['N', 3] } as const;
  const classifier = (operator: string): Model => ({
    name: 'classifier', inputs: [x], outputs: [{ name: 'p', dtype: 'f32' }], values: [], provenance,
    tensors: new Map([['w', dense('f32', [3, 2], new Float32Array(6))]]),
    layers: [
      { name: 'fc', operator: 'MatMul', domain: '', inputs: ['x', 'w'], outputs: ['z'], attributes: new Map(), activation: { kind: 'clip', alpha: -1, beta: 1 } },
      { name: 'end', operator, domain: '', inputs: ['z'], outputs: ['p'], attributes: new Map() },
    ],
  });

  it('leaves the Softmax that ends a classifier to the cross-entropy', () => {
    const graph = trainingGraph(classifier('Softmax'), { loss: { kind: 'cross-entropy' }, inputShapes: { x: [4, 3] } });
    expect(graph.output).toBe('z');
    expect(graph.model.layers.map((l) => l.operator)).not.toContain('Softmax');
    expect(graph.model.layers.map((l) => l.operator)).toContain('Clip');
  });

  it('is the same for the same model, and names each parameter, data and target', () => {
    const write = (): ReturnType<typeof trainingGraph> => trainingGraph(classifier('Sigmoid'), { loss: { kind: 'cross-entropy' }, inputShapes: { x: [4, 3] } });
    expect(write()).toEqual(write());
    expect(write().parameters.map((p) => p.tensor)).toEqual(['w']);
    expect(write().model.inputs.map((i) => i.name)).toEqual(['x', 'w', 'labels']);
  });

  it('refuses sizes that are not known, outputs and tensors that are not there', () => {
    const code = (work: () => unknown): unknown => { try { work(); } catch (error) { return (error as { code?: string }).code; } return undefined; };
    const loss = { kind: 'cross-entropy' } as const;
    expect(code(() => trainingGraph(classifier('Sigmoid'), { loss }))).toBe('train.shape');
    expect(code(() => trainingGraph(classifier('Sigmoid'), { loss, inputShapes: { x: [4, 4] } }))).toBe('train.shape');
    expect(code(() => trainingGraph(classifier('Sigmoid'), { loss: { ...loss, output: 'q' }, inputShapes: { x: [4, 3] } }))).toBe('train.output');
    expect(code(() => trainingGraph(classifier('Sigmoid'), { loss, trainable: ['v'], inputShapes: { x: [4, 3] } }))).toBe('train.parameter');
    expect(code(() => trainingGraph(classifier('Sigmoid'), { loss: { ...loss, labelSmoothing: 1 }, inputShapes: { x: [4, 3] } }))).toBe('train.option');
  });
});
