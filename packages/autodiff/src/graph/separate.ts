import { DTYPES, FretworkError, type Activation, type Attribute, type Layer, type Model, type Tensor } from '@fretwork/format';

const float = (value: number): Attribute => ({ type: 'float', value });

const OPERATORS: Readonly<Record<Activation['kind'], string>> = {
  relu: 'Relu', clip: 'Clip', 'leaky-relu': 'LeakyRelu', sigmoid: 'Sigmoid', tanh: 'Tanh', 'hard-sigmoid': 'HardSigmoid', 'hard-swish': 'HardSwish',
};

/** The same model with every fused activation as a layer of its own. */
export function separateActivations(model: Model): Model {
  if (model.layers.every((layer) => layer.activation === undefined)) return model;
  const tensors = new Map<string, Tensor>(model.tensors);
  const limit = (name: string, value: number | undefined): string => {
    if (value === undefined) return '';
    const dtype = [...model.tensors.values()].some((t) => t.dtype === 'f64') ? 'f64' : 'f32';
    const data = DTYPES[dtype].make(1);
    data[0] = value;
    tensors.set(name, { kind: 'dense', dtype, shape: [], data });
    return name;
  };
  const layers = model.layers.flatMap((layer): readonly Layer[] => {
    const { activation, ...plain } = layer;
    if (activation === undefined) return [layer];
    const before = `${layer.name}/before-activation`;
    const out = layer.outputs[0];
    if (out === undefined || out === '') throw new FretworkError('train.output', 'a fused activation has no output to go to', { layer: layer.name });
    const clip = activation.kind === 'clip' ? [limit(`${before}/low`, activation.alpha), limit(`${before}/high`, activation.beta)] : [];
    const attributes = activation.kind === 'clip' ? [] : ([['alpha', activation.alpha], ['beta', activation.beta]] as const)
      .flatMap(([name, value]): (readonly [string, Attribute])[] => (value === undefined ? [] : [[name, float(value)]]));
    return [
      { ...plain, outputs: [before, ...layer.outputs.slice(1)] },
      { name: `${layer.name}/activation`, operator: OPERATORS[activation.kind], domain: '', inputs: [before, ...clip], outputs: [out], attributes: new Map(attributes) },
    ];
  });
  return { ...model, layers, tensors };
}
