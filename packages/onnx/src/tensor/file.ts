import { FretworkError, type DenseTensor } from '@fretwork/format';
import { IMPORT_LIMITS, type NamedTensor } from '../contract.js';
import { decodeTensorProto } from '../schema/decode.js';
import { onnx } from '../schema/onnx.pb.js';
import { budgetOf } from './budget.js';
import { readTensor } from './read.js';
import { writeTensor } from './write.js';

/**
 * The tensor of a `.pb` file, as in `test_data_set_0/input_0.pb` of ONNX's backend tests. External data is refused.
 * Throws `onnx.malformed`, `onnx.unsupported`, and what is wrong with the tensor.
 */
export function readTensorProto(bytes: Uint8Array): NamedTensor {
  const proto = decodeTensorProto(bytes);
  const result = readTensor(proto, proto.name, { budget: budgetOf(IMPORT_LIMITS.tensorBytes), externalData: undefined });
  if (!result.ok) {
    throw new FretworkError('onnx.unsupported', `this tensor is not supported: ${result.reason}`, { tensor: proto.name, hint: result.hint });
  }
  return { name: proto.name, tensor: result.tensor };
}

/** The bytes of such a file. */
export const writeTensorProto = (tensor: DenseTensor, name: string): Uint8Array =>
  onnx.TensorProto.encode(writeTensor(tensor, name)).finish();
