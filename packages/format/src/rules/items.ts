import type { Outline } from '../container/outline.js';
import type { Layer, SparseTensor, Tensor, TensorData, ValueInfo } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import type { Rule } from './rule.js';

/** Something that a rule looks at, and how an error names its place. */
export type Item<T> = readonly [place: ErrorDetails, item: T];

/** The rule that no item has a fault; `fault` says what is expected and found. */
export const each = <Subject, T>(code: string, itemsOf: (subject: Subject) => Iterable<Item<T>>, fault: (item: T) => ErrorDetails | undefined): Rule<Subject> => ({
  code,
  check: (subject) => {
    for (const [place, item] of itemsOf(subject)) {
      const found = fault(item);
      if (found !== undefined) return { ...place, ...found };
    }
    return undefined;
  },
});

export const valuesOf = (model: Outline): readonly Item<ValueInfo>[] => [...model.inputs, ...model.outputs, ...model.values].map((value) => [{}, value]);

export const layersOf = ({ layers }: Outline): readonly Item<Outline<Layer>>[] => layers.map((layer) => [{ layer: layer.name }, layer]);

/** Weights, and tensors in attributes. */
export const tensorsOf = (model: Outline): readonly Item<Outline<Tensor>>[] => [
  ...[...model.tensors].map(([name, tensor]): Item<Outline<Tensor>> => [{ tensor: name }, tensor]),
  ...model.layers.flatMap((layer) => [...layer.attributes].flatMap(([name, { type, value }]): readonly Item<Outline<Tensor>>[] =>
    (type === 'tensor' ? [[{ layer: layer.name, tensor: name }, value]] : []))),
];

export const sparseTensorsOf = (model: Outline): readonly Item<Outline<SparseTensor>>[] =>
  tensorsOf(model).filter((found): found is Item<Outline<SparseTensor>> => found[1].kind === 'sparse');

export const payloadsOf = (tensor: Outline<Tensor>): readonly Outline<TensorData>[] => (tensor.kind === 'dense' ? [tensor.data] : tensor.matrices.map((m) => m.payload));
