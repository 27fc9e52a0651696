import { BY_ALL_RULES } from '../rules/check-model.js';
import { withLimits, type ReadLimits } from './limits.js';
import { parseHeader, type HeaderResult } from './parse-header.js';

/**
 * Judges a model by the start of its file, before the weights are there. Bytes past the header are not looked at. Throws the first
 * broken rule of the stages up to `plan and recipe` as a `FretworkError`; `host.big-endian`.
 */
export function readHeader(prefix: Uint8Array, limits?: ReadLimits): HeaderResult {
  const parsed = parseHeader(prefix, undefined, withLimits(limits), BY_ALL_RULES);
  return parsed.ok ? { ok: true, header: parsed.header, fileBytes: parsed.fileBytes, weightBytes: parsed.weightBytes } : parsed;
}
