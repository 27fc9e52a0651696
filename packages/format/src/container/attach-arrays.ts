import type { Model, TensorData } from '../contract.js';
import { DTYPES } from '../dtype.js';
import { enforce, type Judge } from '../rules/rule.js';
import { SECTION_RULES } from '../rules/section-rules.js';
import { fromWire } from './from-wire.js';
import type { ParsedHeader } from './parse-header.js';

/** Judges the bytes behind a good header and makes the model over them. */
export function attachArrays({ wire, headerBytes, places }: ParsedHeader, bytes: Uint8Array, judge: Judge): Model {
  enforce(SECTION_RULES, { bytes, headerBytes, places });
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const model = fromWire<TensorData>(wire, (at) => {
    const { dtype, offset, length } = places[at]!;
    return DTYPES[dtype].view(aligned.buffer, aligned.byteOffset + offset, length);
  }) as Model;
  judge.data(model);
  return model;
}
