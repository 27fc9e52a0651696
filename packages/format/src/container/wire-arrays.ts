import type * as wire from '../schema/bcr.pb.js';
import { ENCODINGS, MATRIX_ARRAYS } from './matrix-arrays.js';

/** The sections that a header names, in the order of their places: tensors first, then the tensors in attributes. */
export function* sectionsNamed(header: wire.Header): Generator<number> {
  for (const row of header.tensors) yield* ofTensor(row.tensor!);
  for (const layer of header.layers) {
    for (const attribute of layer.attributes) if (attribute.tensor) yield* ofTensor(attribute.tensor);
  }
}

function* ofTensor(tensor: wire.Tensor): Generator<number> {
  if (!tensor.sparse) {
    yield tensor.denseSection!;
    return;
  }
  for (const matrix of tensor.sparse.matrices) {
    const encoding = ENCODINGS.find((name) => matrix[name])!;
    const fields = matrix[encoding] as unknown as Readonly<Record<string, number | null | undefined>>;
    for (const name of MATRIX_ARRAYS[encoding]) {
      const section = fields[`${name}Section`];
      if (section !== null && section !== undefined) yield section;
    }
  }
}
