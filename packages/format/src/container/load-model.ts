import type { Model } from '../contract.js';
import { BY_ALL_RULES } from '../rules/check-model.js';
import { loadFile, type LoadOptions } from './load-file.js';
import type { ModelSource } from './open-source.js';

/**
 * Loads a `.bcr` file from where it is. Memory grows with the bytes that arrive, not with what the file declares; a source
 * that is refused or no longer wanted is closed before its end.
 *
 * Bytes in memory (`Uint8Array`, `ArrayBuffer`) are not copied, see `readModel`. Throws the first broken rule of `RULES` as a
 * `FretworkError`, `load.aborted` with the reason of `signal` as its cause, `load.source` where the source fails, `load.piece`,
 * `load.file`, `load.no-files`, `load.fetch` and `load.status` where an address is not answered or not with 200 (the message names
 * it without its query), `host.big-endian`; and whatever `onHeader` throws, as it is.
 */
export const loadModel = (source: ModelSource, options: LoadOptions = {}): Promise<Model> => loadFile(source, options, BY_ALL_RULES);
