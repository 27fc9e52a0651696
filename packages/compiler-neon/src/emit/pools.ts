/** The four arrays of constants that a project has; layers put theirs in and remember where. */
export class Pool<A extends Float32Array | Int32Array | Uint16Array | Int8Array> {
  readonly #make: (length: number) => A;
  readonly #pieces: A[] = [];
  #length = 0;

  constructor(make: (length: number) => A) {
    this.#make = make;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds elements; gives the place of the first. Pieces start at multiples of four. */
  add(values: ArrayLike<number>): number {
    const at = this.#length;
    const piece = this.#make(Math.ceil(values.length / 4) * 4);
    piece.set(values);
    this.#pieces.push(piece);
    this.#length += piece.length;
    return at;
  }

  all(): A {
    const out = this.#make(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }
}

export interface Pools {
  readonly weights: Pool<Float32Array>;
  /** Segments of the stream kernels: row and column offsets in bytes. */
  readonly program: Pool<Int32Array>;
  /** Segments of the vector kernels: row and column numbers. */
  readonly index: Pool<Uint16Array>;
  /** Weights of kernels on bytes. */
  readonly bytes: Pool<Int8Array>;
}

export const newPools = (): Pools => ({
  weights: new Pool((n) => new Float32Array(n)), program: new Pool((n) => new Int32Array(n)), index: new Pool((n) => new Uint16Array(n)), bytes: new Pool((n) => new Int8Array(n)),
});
