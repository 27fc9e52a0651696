import {
  decode, decodeMatrix, encode, nnzOf, recogniseScheme, weightsOf,
  type Layer, type LayerWeight, type MatrixView, type Model, type Scheme, type SparseTensor, type Tensor,
} from '@fretwork/format';

/** What is to be held sparse. */
export interface SparseWish {
  /** Names of tensors that the file holds as sparse: as CSR, whatever the bytes. */
  readonly inFile: ReadonlySet<string>;
  /** All weights, in the encoding that is smallest, and schemes of layers that have none. */
  readonly recognise: boolean;
}

/** `model` with its sparse weights held sparse, and the schemes that their zeros show. */
export function recogniseSparse(model: Model, wish: SparseWish): Model {
  const layers = wish.recognise ? model.layers.map((layer) => withScheme(model, layer)) : model.layers;
  const tensors = new Map<string, Tensor>(model.tensors);
  const views = soleViews(model);
  for (const layer of layers) {
    for (const { name, tensor } of weightsOf(model, layer)) {
      const view = views.get(name);
      if (view === undefined || tensor.kind === 'sparse' || tensors.get(name) !== tensor) continue;
      if (wish.recognise) tensors.set(name, encode(tensor, view, layer.scheme === undefined ? {} : { scheme: layer.scheme }).tensor);
      else if (wish.inFile.has(name)) tensors.set(name, encode(tensor, view, { encodings: ['csr'] }).tensor);
    }
  }
  return { ...model, layers, tensors };
}

/** How each tensor is seen as matrices, if all who read it are layers that see it as their weight, and the same way. */
function soleViews(model: Model): ReadonlyMap<string, MatrixView> {
  const views = new Map<string, MatrixView>();
  const others = new Set(model.outputs.map((value) => value.name));
  for (const layer of model.layers) {
    const weights = weightsOf(model, layer);
    layer.inputs.forEach((name, at) => {
      const seen = weights.find((weight) => weight.input === at)?.view;
      const before = views.get(name);
      if (seen === undefined || (before !== undefined && JSON.stringify(before) !== JSON.stringify(seen))) others.add(name);
      else views.set(name, seen);
    });
  }
  for (const name of others) views.delete(name);
  return views;
}

function withScheme(model: Model, layer: Layer): Layer {
  if (layer.scheme !== undefined) return layer;
  const scheme = schemeOf(weightsOf(model, layer));
  return scheme === undefined ? layer : { ...layer, scheme };
}

/**
 * The scheme that the zeros of all matrices of a layer show: theirs where those with zeros agree in all but numbers of
 * their own (rate, share of rows), else unstructured. Nothing where no matrix was pruned.
 */
function schemeOf(weights: readonly LayerWeight[]): Scheme | undefined {
  const found: Scheme[] = [];
  let size = 0;
  let kept = 0;
  for (const { tensor, view } of weights) {
    const csr = asCsr(tensor, view);
    size += view.count * view.rows * view.columns;
    kept += nnzOf(csr);
    for (const matrix of csr.matrices) {
      const { scheme } = recogniseScheme(decodeMatrix(matrix), view.rows, view.columns, view.kernel, tensor.dtype);
      if (scheme.kind !== 'dense') found.push(scheme);
    }
  }
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1 && weights.length === 1 && weights[0]!.view.count === 1) return first;
  const rate = size / Math.max(1, kept);
  const shape = (scheme: Scheme): string => JSON.stringify({ ...scheme, rate: 0, rowShare: 0 });
  return found.every((scheme) => shape(scheme) === shape(first)) ? { ...first, rate } as Scheme : { kind: 'unstructured', rate };
}

/** Each matrix by itself: the way to its values, whatever the order in the tensor. */
function asCsr(tensor: Tensor, view: MatrixView): SparseTensor {
  const { tensor: encoded } = encode(decode(tensor), view, { encodings: ['csr'] });
  if (encoded.kind !== 'sparse') throw new TypeError('encode gave a dense tensor where CSR was asked for');
  return encoded;
}
