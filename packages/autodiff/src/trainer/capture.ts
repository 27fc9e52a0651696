import { decode, inferShapes, type DenseTensor, type DType, type Model, type ValueInfo } from '@fretwork/format';
import type { CaptureInputs, LayerTrace } from '@fretwork/pruner';
import type { SampleSource, SessionFactory } from '../contract.js';

/** What flows through layers while the engine runs the first `count` samples of `source`, batch by batch. */
export const captureWith = (sessions: SessionFactory, source: SampleSource, batch: number, count: number): CaptureInputs => async function* capture(model, names) {
  const layers = model.layers.filter(({ name }) => names.includes(name));
  const flows = new Set(layers.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]).filter((name) => name !== '' && !model.tensors.has(name)));
  const given = new Set(model.inputs.map(({ name }) => name));
  const first = await source.batch(indices(0, Math.min(batch, count, source.count)));
  const shapes = inferShapes(model, Object.fromEntries(Object.entries(first.inputs).map(([name, { shape }]) => [name, shape])));
  const outputs = [...flows].filter((name) => !given.has(name)).map((name): ValueInfo => ({ name, dtype: shapes.values.get(name)?.dtype as DType | undefined ?? 'f32' }));
  const session = await sessions.create(whole({ ...model, outputs: outputs.length === 0 ? model.outputs : outputs }));
  try {
    for (let from = 0; from < Math.min(count, source.count); from += batch) {
      const { inputs } = await source.batch(indices(from, Math.min(batch, count - from, source.count - from)));
      const { outputs: found, release } = await session.run(inputs);
      const at = (name: string): DenseTensor | undefined => found[name] ?? inputs[name];
      yield new Map(layers.map((layer): [string, LayerTrace] => [layer.name, { inputs: layer.inputs.map(at), outputs: layer.outputs.map(at) }]));
      release();
    }
  } finally {
    await session.dispose();
  }
};

const indices = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => from + i);

/** ONNX files hold dense weights. */
const whole = (model: Model): Model => ({ ...model, tensors: new Map([...model.tensors].map(([name, tensor]) => [name, decode(tensor)])) });
