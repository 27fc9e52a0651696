import type { DType, Model, TensorData } from '../contract.js';

/** Where an array of a model lies in its file. */
export interface ArrayPlace {
  readonly dtype: DType;
  /** Bytes from the start of the file, a multiple of 64. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
  readonly byteLength: number;
  readonly crc32: number;
}

/** The record `T` with `A` in place of every array. */
export type WithArrays<T, A> =
  T extends TensorData ? A
    : T extends string | number | boolean | undefined ? T
      : T extends ReadonlyMap<infer K, infer V> ? ReadonlyMap<K, WithArrays<V, A>>
        : { readonly [K in keyof T]: WithArrays<T[K], A> };

/** A model before its weights have arrived: the same records, with places in place of arrays. */
export type ModelHeader = WithArrays<Model, ArrayPlace>;

/** What a rule sees that looks at no element: a `Model` or a `ModelHeader`. */
export type Outline<T = Model> = WithArrays<T, TensorData | ArrayPlace>;
