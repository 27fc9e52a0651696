import { dense, encode, weightsOf, type Model, type Tensor } from '@fretwork/format';

/**
 * A model whose float32 matrices of at least `least` weights are sparse, the same way in any run: every third row and every second column of each
 * 8 x 32 block goes, the same positions in all stacked matrices. For tests of whole networks; what is left means nothing.
 */
export function pruneRegularly(model: Model, least = 256): Model {
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const layer of model.layers) {
    for (const { name, tensor, view } of weightsOf(model, layer)) {
      if (tensor.kind !== 'dense' || tensor.dtype !== 'f32' || view.rows * view.columns < least) continue;
      const values = Float32Array.from(tensor.data as Float32Array);
      for (let i = 0; i < values.length; i++) {
        const at = i % (view.rows * view.columns);
        const [r, c] = view.order === 'row-major' ? [Math.floor(at / view.columns), at % view.columns] : [at % view.rows, Math.floor(at / view.rows)];
        if (r % 3 === 2 || (c + Math.floor(r / 8)) % 2 === 1) values[i] = 0;
      }
      tensors.set(name, encode(dense('f32', tensor.shape, values), view).tensor);
    }
  }
  return { ...model, tensors };
}
