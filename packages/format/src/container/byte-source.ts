import { FretworkError } from '../error.js';

/** Bytes that arrive in pieces, front to back. */
export interface ByteSource {
  /** Length of the whole, where it is known before the bytes arrive, and not from the file itself. */
  readonly size: number | undefined;
  /** What a server says of that length: good enough to show, not to judge by. */
  readonly claimedSize?: number | undefined;
  /** The next piece, which may be empty; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of the source; nothing is read after that. */
  close(): Promise<void>;
}

export function streamSource(stream: ReadableStream<Uint8Array>, size: number | undefined): ByteSource {
  const reader = stream.getReader();
  return {
    size,
    next: async () => {
      const { done, value } = await reader.read();
      return done ? undefined : piece(value);
    },
    close: () => reader.cancel(),
  };
}

export function iterableSource(iterable: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    size: undefined,
    next: async () => {
      const { done, value } = await iterator.next();
      return done === true ? undefined : piece(value);
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}

function piece(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new FretworkError('load.piece', 'the source gives no bytes', {
    expected: 'Uint8Array', actual: typeof value, hint: 'open the file as bytes, not as text',
  });
}
