import { DTYPES, FretworkError, type DenseTensor, type Model, type ValueInfo } from '@fretwork/format';
import { inFile, readNpy, writeNpy } from '@fretwork/datasets';
import { readTensorProto } from '@fretwork/onnx';
import { readFile } from './files.js';
import { usage } from './arguments.js';

/** A tensor from a `.npy` or (ONNX backend tests) `.pb` file. */
export async function readTensorFile(path: string): Promise<DenseTensor> {
  const bytes = await readFile(path);
  if (path.toLowerCase().endsWith('.pb')) return readTensorProto(bytes).tensor;
  const array = inFile(path, () => readNpy(bytes));
  return { kind: 'dense', dtype: array.dtype, shape: array.shape, data: array.data };
}

export function npyBytes(tensor: DenseTensor): Uint8Array {
  if (tensor.dtype === 'bf16') throw new FretworkError('path.form', 'a .npy file cannot hold bf16', { hint: 'cast the output to float in the model' });
  return writeNpy({ dtype: tensor.dtype, shape: tensor.shape, data: tensor.data });
}

/** `name=file` or, where the model has one input, `file`. Throws `usage.input`. */
export async function readInputs(model: Model, options: readonly string[]): Promise<Record<string, DenseTensor>> {
  const inputs: [string, DenseTensor][] = [];
  for (const option of options) {
    const [value, path] = splitInput(model, option);
    if (inputs.some(([name]) => name === value.name)) throw usage('input', `input ${JSON.stringify(value.name)} is given twice`, 'run');
    inputs.push([value.name, fitting(await readTensorFile(path), value)]);
  }
  const missing = model.inputs.filter((value) => !inputs.some(([name]) => name === value.name));
  if (missing.length > 0) throw usage('input', `the model also needs ${missing.map(describe).join(', ')}`, 'run');
  return Object.fromEntries(inputs);
}

function splitInput(model: Model, option: string): readonly [ValueInfo, string] {
  // Names may themselves hold '=': the longest input name that fits is meant.
  const byName = model.inputs.filter((value) => option.startsWith(`${value.name}=`)).sort((a, b) => b.name.length - a.name.length)[0];
  if (byName !== undefined) return [byName, option.slice(byName.name.length + 1)];
  const only = model.inputs[0];
  if (only !== undefined && model.inputs.length === 1 && !option.includes('=')) return [only, option];
  throw usage('input', `--input ${JSON.stringify(option)} names no input; the model has ${model.inputs.map(describe).join(', ')}`, 'run');
}

/** NumPy makes float64 and int64 by default: numbers that fit the model's type exactly enough are taken. */
export function fitting(tensor: DenseTensor, value: ValueInfo): DenseTensor {
  if (tensor.dtype === value.dtype) return tensor;
  const toFloat = value.dtype === 'f32' && (DTYPES[tensor.dtype].kind === 'integer' || tensor.dtype === 'f64');
  const toLong = value.dtype === 'i64' && DTYPES[tensor.dtype].kind === 'integer';
  if (toFloat) return { ...tensor, dtype: 'f32', data: Float32Array.from(tensor.data as ArrayLike<number | bigint>, Number) };
  if (toLong) return { ...tensor, dtype: 'i64', data: BigInt64Array.from(tensor.data as ArrayLike<number | bigint>, BigInt) };
  throw new FretworkError('run.input', `input ${JSON.stringify(value.name)} has the wrong type`, {
    expected: value.dtype, actual: tensor.dtype, hint: `save the array as ${value.dtype}`,
  });
}

export const describe = (value: ValueInfo): string => `${JSON.stringify(value.name)} ${value.dtype} [${value.shape?.join(', ') ?? '…'}]`;
