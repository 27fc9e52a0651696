import { dense, type DenseTensor, type Model, type Tensor } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { random } from './random.js';

/** A model whose dense float32 tensors with names that begin with `w` are drawn from `seed`; all others, biases among them, stay. */
export function drawWeights(model: Model, seed: number): Model {
  const draw = random(seed);
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const [name, tensor] of tensors) {
    if (name.startsWith('w') && tensor.kind === 'dense') tensors.set(name, dense('f32', tensor.shape, (tensor.data as Float32Array).map(() => draw.normal() / 4)));
  }
  return { ...model, tensors };
}

/** Float32 inputs of a model of fixed sizes, drawn evenly from -1 to 1, and what the reference makes of them. */
export function drawCase(model: Model, seed: number): { readonly inputs: Record<string, DenseTensor>; readonly outputs: Record<string, DenseTensor> } {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const inputs = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, dense('f32', shape as number[], Float32Array.from({ length: (shape as number[]).reduce((a, b) => a * b, 1) }, next))]));
  return { inputs, outputs: createInterpreter(model).run(inputs) };
}
