import { dense, type DenseTensor, type Model } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import type { CaptureInputs, LayerTrace } from '../src/index.js';
import { normal, random } from './random.js';

/** `CaptureInputs` by the reference interpreter, over batches of the model's one input. */
export const captureWith = (batches: readonly DenseTensor[]): CaptureInputs => function* capture(model, layers) {
  const interpreter = createInterpreter(model);
  const wanted = new Set(layers);
  const input = interpreter.inputs[0]!;
  for (const batch of batches) {
    const values = new Map<string, DenseTensor>([[input, batch]]);
    const traces = new Map<string, LayerTrace>();
    interpreter.run({ [input]: batch }, {
      onLayer: (layer, outputs) => {
        layer.outputs.forEach((name, i) => { if (outputs[i] !== undefined) values.set(name, outputs[i]); });
        if (wanted.has(layer.name)) traces.set(layer.name, { inputs: layer.inputs.map((name) => values.get(name)), outputs });
      },
    });
    yield traces;
  }
};

/** First output of `model` for each batch, one behind the other. */
export function outputsOf(model: Model, batches: readonly DenseTensor[]): Float32Array {
  const interpreter = createInterpreter(model);
  const parts = batches.map((batch) => interpreter.run({ [interpreter.inputs[0]!]: batch })[interpreter.outputs[0]!]!.data as Float32Array);
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Inputs `[batch, ...shape]` whose elements hang together: a few sources mixed, some noise, means that are not 0. */
export function correlated(seed: number, count: number, shape: readonly number[], sources = 6): readonly DenseTensor[] {
  const size = shape.reduce((a, b) => a * b, 1);
  const mixing = random(1000);
  const mix = Float32Array.from({ length: size * sources }, () => normal(mixing) / Math.sqrt(sources));
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const data = new Float32Array(8 * size);
    for (let n = 0; n < 8; n++) {
      const source = Array.from({ length: sources }, () => normal(next) + 0.3);
      for (let i = 0; i < size; i++) data[n * size + i] = 0.25 * normal(next) + source.reduce((sum, s, k) => sum + s * mix[i * sources + k]!, 0);
    }
    return dense('f32', [8, ...shape], data);
  });
}
