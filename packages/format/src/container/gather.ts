/**
 * Bytes put together as they arrive. What a file declares is a bound here, never a size to allocate: the buffer doubles as
 * bytes come, so that old and new together take at most three times what has arrived.
 */
export interface Gather {
  /** The file has `fileBytes` bytes; `certain` where not only the file itself says so. */
  readonly expect: (fileBytes: number, certain: boolean) => void;
  /** Adds what fits into the expected length; more is counted in `length`, not kept. */
  readonly add: (piece: Uint8Array) => void;
  readonly length: number;
  /** What has arrived, shared. */
  readonly bytes: Uint8Array;
}

export function gathering(): Gather {
  let buffer: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 12);
  let most = Infinity;
  let length = 0;
  const grow = (capacity: number): void => {
    const larger = new Uint8Array(capacity);
    larger.set(buffer.subarray(0, Math.min(length, capacity)));
    buffer = larger;
  };
  return {
    expect: (fileBytes, certain) => {
      most = fileBytes;
      if (certain) grow(fileBytes);
    },
    add: (piece) => {
      const needed = Math.min(length + piece.length, most);
      if (needed > buffer.length) grow(Math.min(Math.max(needed, 2 * buffer.length), most));
      if (length < most) buffer.set(piece.subarray(0, most - length), length);
      length += piece.length;
    },
    get length() { return length; },
    get bytes() { return buffer.subarray(0, Math.min(length, most)); },
  };
}
