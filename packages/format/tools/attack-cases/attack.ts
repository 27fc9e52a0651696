import { elementName } from '../../src/container/element.js';
import { toWire } from '../../src/container/to-wire.js';
import { assemble, layOut } from '../../src/container/write-model.js';
import type { Attribute, Layer, Model, SparseMatrix, SparseTensor, Tensor } from '../../src/contract.js';
import * as wire from '../../src/schema/bcr.pb.js';
import { sampleModel } from '../../test/sample-model.js';

/** A file that breaks one rule and none before it. */
export interface Attack {
  /** The code of the rule. */
  readonly code: string;
  /** What is wrong with the file. */
  readonly does: string;
  readonly make: () => Uint8Array;
}

/** A record of the wire that can be changed in place. */
export type Open<T> = T extends readonly (infer E)[] ? Open<E>[] : T extends object ? { -readonly [K in keyof T]: Open<T[K]> } : T;

export const attack = (code: string, does: string, make: () => Uint8Array): Attack => ({ code, does, make });

/** The good file with other bytes; checksums are left as they are. */
export const bytes = (change: (file: Uint8Array) => Uint8Array) => (): Uint8Array => change(assemble(toWire(sampleModel())));

/** The good file with another header, checksum and lengths set right. */
export const header = (change: (encoded: Uint8Array) => Uint8Array) => (): Uint8Array => {
  const good = toWire(sampleModel());
  const rows = good.header.sections.map((row) => ({ dtype: elementName(row.element), length: Number(row.length), crc32: row.crc32 }));
  return layOut(change(wire.Header.encode(good.header).finish()), rows, good.sections);
};

/** The good file with a changed record in its header, sections where they were. */
export const record = (change: (records: Open<wire.Header>) => void) => (): Uint8Array => {
  const { header: records, sections } = toWire(sampleModel());
  const rows = records.sections.map((row) => ({ dtype: elementName(row.element), length: Number(row.length), crc32: row.crc32 }));
  const changed = structuredClone(records) as Open<wire.Header>;
  change(changed);
  return layOut(wire.Header.encode(changed as wire.Header).finish(), rows, sections);
};

/** The file of another model, written without a check. */
export const model = (change: (good: Model) => Model) => (): Uint8Array => assemble(toWire(change(sampleModel())));

export const withLayer = (name: string, change: (good: Layer) => Partial<Layer>) =>
  model((good) => ({ ...good, layers: good.layers.map((layer) => (layer.name === name ? { ...layer, ...change(layer) } : layer)) }));

export const withAttribute = (layer: string, name: string, value: Attribute) =>
  withLayer(layer, (good) => ({ attributes: new Map(good.attributes).set(name, value) }));

export const withTensor = (name: string, change: (good: Tensor) => Tensor) =>
  model((good) => ({ ...good, tensors: new Map([...good.tensors].map(([key, tensor]) => [key, key === name ? change(tensor) : tensor])) }));

/** The first matrix of a sparse tensor with other fields. */
export const withMatrix = <M extends SparseMatrix>(tensor: string, change: (matrix: M) => Partial<M>) =>
  withTensor(tensor, (good) => {
    const { matrices, ...rest } = good as SparseTensor;
    return { ...rest, matrices: [{ ...matrices[0]!, ...change(matrices[0] as M) }, ...matrices.slice(1)] };
  });

/** Another first matrix in a sparse tensor. */
export const otherMatrix = (tensor: string, matrix: SparseMatrix) =>
  withTensor(tensor, (good) => ({ ...(good as SparseTensor), matrices: [matrix, ...(good as SparseTensor).matrices.slice(1)] }));

/** A copy of `array` with some places changed. */
export function put<A extends Uint8Array | Uint16Array | Uint32Array>(array: A, places: Readonly<Record<number, number>>): A {
  const copy = array.slice() as A;
  for (const [place, value] of Object.entries(places)) copy[Number(place)] = value;
  return copy;
}
