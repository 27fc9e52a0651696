import type { Model } from '../contract.js';
import { FretworkError } from '../error.js';
import { BY_ALL_RULES } from '../rules/check-model.js';
import { attachArrays } from './attach-arrays.js';
import { withLimits, type ReadLimits } from './limits.js';
import { parseHeader } from './parse-header.js';

/**
 * The model of a `.bcr` file. Its arrays are views on `bytes`: change the bytes and the model changes. Only where `bytes`
 * start at an odd place of their buffer (an offset that 8 does not divide) are they copied first, once, as a whole.
 * Throws the first broken rule of `RULES` as a `FretworkError`; `host.big-endian`.
 */
export function readModel(bytes: Uint8Array, limits?: ReadLimits): Model {
  const parsed = parseHeader(bytes, bytes.length, withLimits(limits), BY_ALL_RULES);
  if (!parsed.ok) throw new FretworkError('file.truncated', 'the file ends before its header', { offset: bytes.length, expected: `${parsed.needBytes} bytes` });
  return attachArrays(parsed, bytes, BY_ALL_RULES);
}
