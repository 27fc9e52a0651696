/**
 * Bytes put together as they arrive. What a file declares is a bound here, never a size to allocate: the buffer doubles as
 * bytes come, so that old and new together take at most three times what has arrived.
 */
export class Gather {
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 12);
  private most = Infinity;
  length = 0;

  /** The file has `fileBytes` bytes; `certain` where not only the file itself says so. */
  expect(fileBytes: number, certain: boolean): void {
    this.most = fileBytes;
    if (certain) this.grow(fileBytes);
  }

  /** Adds what fits into the expected length; more is counted in `length`, not kept. */
  add(piece: Uint8Array): void {
    const needed = Math.min(this.length + piece.length, this.most);
    if (needed > this.buffer.length) this.grow(Math.min(Math.max(needed, 2 * this.buffer.length), this.most));
    if (this.length < this.most) this.buffer.set(piece.subarray(0, this.most - this.length), this.length);
    this.length += piece.length;
  }

  /** What has arrived, shared. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, Math.min(this.length, this.most));
  }

  private grow(capacity: number): void {
    const larger = new Uint8Array(capacity);
    larger.set(this.buffer.subarray(0, Math.min(this.length, capacity)));
    this.buffer = larger;
  }
}
