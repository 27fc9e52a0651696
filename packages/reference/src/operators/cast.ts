import { requiredAttribute, type DenseTensor, type DType, type Layer } from '@fretwork/format';
import type { OperatorRow, Support } from '../contract.js';
import { fromBigints, fromNumbers, isFloat, isWide, numbersOf, toBigints, toDoubles } from '../tensor/elements.js';

/** The element types that ONNX numbers so (TensorProto.DataType). Left out: strings, complex and 8- and 4-bit floats. */
const NUMBERED: Readonly<Record<number, DType>> = {
  1: 'f32', 2: 'u8', 3: 'i8', 4: 'u16', 5: 'i16', 6: 'i32', 7: 'i64', 9: 'bool', 10: 'f16', 11: 'f64', 12: 'u32', 13: 'u64', 16: 'bf16',
};

/** Bounds of each integer type, as float64 holds them. */
const BOUNDS: Readonly<Partial<Record<DType, readonly [low: number, high: number]>>> = {
  i8: [-128, 127], u8: [0, 255], i16: [-32768, 32767], u16: [0, 65535],
  i32: [-2147483648, 2147483647], u32: [0, 4294967295], i64: [-(2 ** 63), 2 ** 63], u64: [0, 2 ** 64],
};

/**
 * `tensor` in another element type. Floats become integers by cutting the fraction; what ONNX leaves open is settled
 * as WebAssembly's saturating conversion does: beyond the range is its end, NaN is 0. Integers wrap around. Anything
 * but 0 is true.
 */
export function cast(tensor: DenseTensor, to: DType): DenseTensor {
  if (tensor.dtype === to) return tensor;
  if (to === 'bool') {
    const values = isWide(tensor.dtype) ? toBigints(tensor).map((v) => (v === 0n ? 0 : 1)) : Array.from(numbersOf(tensor), (v) => (v === 0 ? 0 : 1));
    return fromNumbers('bool', tensor.shape, Uint8Array.from(values));
  }
  if (isFloat(to)) return fromNumbers(to, tensor.shape, toDoubles(tensor));
  if (!isFloat(tensor.dtype)) return fromBigints(to, tensor.shape, toBigints(tensor));
  const [low, high] = BOUNDS[to]!;
  const cut = Array.from(numbersOf(tensor), (v) => (Number.isNaN(v) ? 0n : BigInt(Math.trunc(Math.max(low, Math.min(high, v))))));
  return fromBigints(to, tensor.shape, isWide(to) ? cut.map((v) => clampWide(to, v)) : cut);
}

const clampWide = (to: DType, value: bigint): bigint => {
  const last = to === 'i64' ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return value > last ? last : value;
};

function castable(layer: Layer): Support {
  const to = requiredAttribute(layer, 'to', 'int');
  return NUMBERED[to] === undefined
    ? { ok: false, reason: `there is no element type for ONNX data type ${to}`, hint: 'cast to one of the types of `DTYPES`' }
    : { ok: true };
}

export const CAST: readonly OperatorRow[] = [
  {
    operator: 'Cast', supports: castable,
    run: (call) => [cast(call.dense(0), NUMBERED[requiredAttribute(call.layer, 'to', 'int')]!)],
  },
  { operator: 'CastLike', run: (call) => [cast(call.dense(0), call.dense(1).dtype)] },
];
