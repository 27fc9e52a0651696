import type { Model } from '../contract.js';
import { FretworkError } from '../error.js';
import type { Judge } from '../rules/rule.js';
import { attachArrays } from './attach-arrays.js';
import type { ByteSource } from './byte-source.js';
import { gathering } from './gather.js';
import { withLimits, type ReadLimits } from './limits.js';
import { openSource, type ModelSource } from './open-source.js';
import { parseHeader, type GoodHeader, type ParsedHeader } from './parse-header.js';

export interface LoadProgress {
  /** Bytes that have arrived. */
  readonly loadedBytes: number;
  /** Length of the file: until its header is there what a server says, or left out. */
  readonly fileBytes?: number | undefined;
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: ReadLimits;
  /** Called once, when the header is found good and before the weights are waited for. To refuse the model, throw or reject. */
  readonly onHeader?: (header: GoodHeader) => void | Promise<void>;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** See `loadModel`; with the rules of `judge`. */
export async function loadFile(source: ModelSource, options: LoadOptions, judge: Judge): Promise<Model> {
  requireWanted(options.signal);
  if (source instanceof Uint8Array) return loadBytes(source, options, judge);
  if (source instanceof ArrayBuffer) return loadBytes(new Uint8Array(source), options, judge);
  const opened = await heeding(openSource(source, options.signal), options.signal);
  let complete = false;
  try {
    const model = await loadPieces(opened, options, judge);
    complete = true;
    return model;
  } finally {
    // A source that failed may fail to close too, and one that hangs may hang: neither is to hide why we are here.
    const closed = opened.close().catch(() => undefined);
    if (complete) await closed;
  }
}

async function loadBytes(bytes: Uint8Array, options: LoadOptions, judge: Judge): Promise<Model> {
  const parsed = whole(bytes, bytes.length, options, judge);
  await options.onHeader?.(outside(parsed));
  requireWanted(options.signal);
  options.onProgress?.({ loadedBytes: bytes.length, fileBytes: parsed.fileBytes });
  return attachArrays(parsed, bytes, judge);
}

async function loadPieces(source: ByteSource, options: LoadOptions, judge: Judge): Promise<Model> {
  const gather = gathering();
  const limits = withLimits(options.limits);
  let parsed: ParsedHeader | undefined;
  let needBytes = 1;
  for (;;) {
    const piece = await wanted(heeding(nextOf(source), options.signal), options.signal);
    if (piece === undefined) break;
    gather.add(piece);
    if (parsed === undefined && gather.length >= needBytes) {
      const result = parseHeader(gather.bytes, source.size, limits, judge);
      if (result.ok) {
        parsed = result;
        gather.expect(parsed.fileBytes, source.size !== undefined);
        await wanted(Promise.resolve(options.onHeader?.(outside(parsed))), options.signal);
      } else {
        // The magic is judged as soon as there is some of it.
        needBytes = gather.length < 8 ? 1 : result.needBytes;
      }
    }
    options.onProgress?.({ loadedBytes: gather.length, fileBytes: parsed?.fileBytes ?? source.claimedSize });
    if (parsed !== undefined && gather.length > parsed.fileBytes) break;
  }
  if (parsed === undefined || gather.length !== parsed.fileBytes) parsed = whole(gather.bytes, gather.length, options, judge);
  return attachArrays(parsed, gather.bytes, judge);
}

/** The header of a file of `size` bytes whose end has been seen. */
function whole(bytes: Uint8Array, size: number, options: LoadOptions, judge: Judge): ParsedHeader {
  const parsed = parseHeader(bytes, size, withLimits(options.limits), judge);
  if (parsed.ok) return parsed;
  throw new FretworkError('file.truncated', 'the file ends before its header', { offset: size, expected: `${parsed.needBytes} bytes` });
}

const outside = ({ ok, header, fileBytes, weightBytes }: ParsedHeader): GoodHeader => ({ ok, header, fileBytes, weightBytes });

async function nextOf(source: ByteSource): Promise<Uint8Array | undefined> {
  try {
    return await source.next();
  } catch (cause) {
    if (cause instanceof FretworkError) throw cause;
    throw new FretworkError('load.source', 'the source failed', { cause, hint: 'see the cause' });
  }
}

const aborted = (signal: AbortSignal): FretworkError =>
  new FretworkError('load.aborted', 'loading was aborted', { cause: signal.reason });

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}

/** A source that heeds the signal itself fails with a reason of its own. */
async function heeding<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    requireWanted(signal);
    throw error;
  }
}

/** `work`, or the abort where that comes first: a source that never answers must not hold us. */
async function wanted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // Nobody may be left to hear of its failure.
  work.catch(() => undefined);
  requireWanted(signal);
  let stop: (() => void) | undefined;
  const abort = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}
