import { bfloatToNumber, halfToNumber, type DenseTensor, type DType } from '@fretwork/format';

/** The native runtime has no binary for every platform. */
const found: typeof import('onnxruntime-node') | undefined = await import('onnxruntime-node').catch(() => undefined);
const MISSING = 'onnxruntime-node does not load on this platform';

/** Ends a test as skipped, with the reason, where the runtime is missing. */
export function needRuntime(ctx: { skip(reason: string): void }): void {
  if (found === undefined) ctx.skip(MISSING);
}

const runtime = (): typeof import('onnxruntime-node') => {
  if (found === undefined) throw new Error(MISSING);
  return found;
};

/** Names of ONNX Runtime's element types; those it cannot be handed from JavaScript are left out. */
const TYPES: Partial<Record<DType, string>> = {
  f32: 'float32', f64: 'float64', f16: 'float16', i8: 'int8', u8: 'uint8', i16: 'int16', u16: 'uint16', i32: 'int32', u32: 'uint32',
  i64: 'int64', u64: 'uint64', bool: 'bool',
};

export type Values = ReadonlyMap<string, DenseTensor>;

/** Runs an ONNX file in ONNX Runtime, without its optimiser where `plain`. */
export async function runOnnx(bytes: Uint8Array, inputs: Values, plain = false): Promise<Values> {
  const session = await runtime().InferenceSession.create(bytes, { graphOptimizationLevel: plain ? 'disabled' : 'basic', intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const feeds = Object.fromEntries([...inputs].map(([name, tensor]) =>
      [name, new (runtime().Tensor)(TYPES[tensor.dtype] as 'float32', tensor.data as Float32Array, [...tensor.shape])]));
    const results = await session.run(feeds);
    return new Map(Object.entries(results).map(([name, result]) => [name, {
      kind: 'dense', dtype: (Object.keys(TYPES) as DType[]).find((dtype) => TYPES[dtype] === result.type)!,
      shape: result.dims, data: (result.data as Float32Array).slice(),
    }]));
  } finally {
    await session.release();
  }
}

export const canLoad = async (bytes: Uint8Array): Promise<void> => {
  const session = await runtime().InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 });
  await session.release();
};

const numbers = (tensor: DenseTensor): number[] => {
  const all = Array.from(tensor.data as Float32Array, Number);
  return tensor.dtype === 'f16' ? all.map(halfToNumber) : tensor.dtype === 'bf16' ? all.map(bfloatToNumber) : all;
};

/** Largest difference of two tensors, relative to the element or, where that is small, to a hundredth of the largest one. */
export function difference(actual: DenseTensor, expected: DenseTensor): number {
  if (actual.shape.join() !== expected.shape.join()) return Infinity;
  const [a, b] = [numbers(actual), numbers(expected)];
  const floor = b.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0) / 100;
  return a.reduce((worst, x, i) => (Object.is(x, b[i]) || x === b[i] ? worst : Math.max(worst, Math.abs(x - b[i]!) / Math.max(Math.abs(b[i]!), floor, 1e-12))), 0);
}
