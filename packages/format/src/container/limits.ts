import { MAX_HEADER_BYTES } from './layout.js';

/** What a reader is willing to take. A caller may lower each, and raise the last two. */
export interface ReadLimits {
  /** Bytes of the header; never above 16 MiB. */
  readonly headerBytes?: number;
  /** Bytes of the file. */
  readonly fileBytes?: number;
  /**
   * Bytes that the header may decode to, above three times its own length: 16 MiB, enough for some 8,000 layers. Raise it for
   * larger graphs from a source you trust.
   */
  readonly headerMemory?: number;
}

export const LIMITS: Required<ReadLimits> = {
  headerBytes: MAX_HEADER_BYTES,
  fileBytes: Number.MAX_SAFE_INTEGER,
  headerMemory: 16 * 2 ** 20,
};

export const withLimits = (limits: ReadLimits = {}): Required<ReadLimits> => ({
  ...LIMITS,
  ...limits,
  headerBytes: Math.min(limits.headerBytes ?? MAX_HEADER_BYTES, MAX_HEADER_BYTES),
});
