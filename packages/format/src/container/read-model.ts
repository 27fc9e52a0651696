import type { Model, TensorData } from '../contract.js';
import { DTYPES } from '../dtype.js';
import { FretworkError } from '../error.js';
import { checkData } from '../rules/check-model.js';
import { enforce } from '../rules/rule.js';
import { SECTION_RULES } from '../rules/section-rules.js';
import { fromWire } from './from-wire.js';
import { withLimits, type ReadLimits } from './limits.js';
import { parseHeader, type ParsedHeader } from './read-header.js';

/**
 * The model of a `.bcr` file. Its arrays are views on `bytes`: change the bytes and the model changes. Only where `bytes`
 * start at an odd place of their buffer (an offset that 8 does not divide) are they copied first, once, as a whole.
 * Throws the first broken rule of `RULES` as a `FretworkError`; `host.big-endian`.
 */
export function readModel(bytes: Uint8Array, limits?: ReadLimits): Model {
  const parsed = parseHeader(bytes, bytes.length, withLimits(limits));
  if (!parsed.ok) throw new FretworkError('file.truncated', 'the file ends before its header', { offset: bytes.length, expected: `${parsed.needBytes} bytes` });
  return attachArrays(parsed, bytes);
}

/** Judges the bytes behind a good header and makes the model over them. */
export function attachArrays({ wire, headerBytes, places }: ParsedHeader, bytes: Uint8Array): Model {
  enforce(SECTION_RULES, { bytes, headerBytes, places });
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const model = fromWire<TensorData>(wire, (at) => {
    const { dtype, offset, length } = places[at]!;
    return DTYPES[dtype].view(aligned.buffer, aligned.byteOffset + offset, length);
  }) as Model;
  checkData(model);
  return model;
}
