import { FretworkError } from '@fretwork/format';
import { NEWEST_OPSET } from '../contract.js';
import { toNumber } from '../schema/decode.js';
import type { onnx } from '../schema/onnx.pb.js';

/** ONNX's own domain goes by two names. */
export const isOwnDomain = (domain: string): boolean => domain === '' || domain === 'ai.onnx';

/** Opset of ONNX's own domain. Throws `onnx.opset` where the file has none, several, or one that is too new. */
export function opsetOf(model: onnx.ModelProto): number {
  const versions = model.opsetImport.filter(({ domain }) => isOwnDomain(domain)).map(({ version }) => toNumber(version));
  const opset = versions[0];
  if (opset === undefined || versions.some((version) => version !== opset)) {
    throw new FretworkError('onnx.opset', 'the file does not say by which opset it is to be read', {
      expected: 'one opset of ONNX\'s own domain', actual: versions.length === 0 ? 'none' : versions.join(', '),
      hint: 'is it an ONNX model? Export it again',
    });
  }
  if (!Number.isInteger(opset) || opset < 1 || opset > NEWEST_OPSET) {
    throw new FretworkError('onnx.opset', 'the opset of the file is not supported', {
      expected: `1 to ${NEWEST_OPSET}`, actual: `${opset}`, hint: `export the model with opset ${NEWEST_OPSET} or older`,
    });
  }
  return opset;
}
