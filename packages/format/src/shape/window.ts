/** Sliding windows: how many fit (ONNX Conv, AveragePool, MaxPool, ConvTranspose). */
import type { Dimension } from '../contract.js';
import { contradict, type Dimensions, repeated, UNKNOWN } from './dimension.js';
import type { InferContext } from './context.js';

export interface Windows {
  /** `[spatial]` each. */
  readonly kernel: Dimensions;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `[2·spatial]`: all begins, then all ends. */
  readonly pads: readonly number[];
  readonly autoPad: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID';
}

function sizes(ctx: InferContext, name: string, length: number, least: number, otherwise: number): readonly number[] {
  const found = ctx.ints(name);
  if (found === undefined) return repeated(otherwise, length);
  if (found.length !== length) contradict('shape.window', `${name} has the wrong length`, String(length), String(found.length));
  const wrong = found.find((n) => n < least);
  if (wrong !== undefined) contradict('shape.window', `${name} is too small`, `${least} or more`, String(wrong));
  return found;
}

/** The window attributes of a layer whose input has `spatial` spatial dimensions. */
export function windowsOf(ctx: InferContext, spatial: number, weightKernel?: Dimensions): Windows {
  const declared = ctx.ints('kernel_shape');
  if (declared !== undefined && (declared.length !== spatial || declared.some((k) => k < 1))) {
    contradict('shape.window', 'kernel_shape does not fit the input', `${spatial} sizes of 1 or more`, `[${declared.join(', ')}]`);
  }
  const kernel = declared?.map((k, i) => ctx.agree('shape.window', 'kernel_shape differs from the weight', [k, weightKernel?.[i]]))
    ?? weightKernel ?? repeated(UNKNOWN, spatial);
  const autoPad = ctx.get('auto_pad', 'string', 'NOTSET');
  if (autoPad !== 'NOTSET' && autoPad !== 'SAME_UPPER' && autoPad !== 'SAME_LOWER' && autoPad !== 'VALID') {
    contradict('shape.window', 'auto_pad has no such value', 'NOTSET, SAME_UPPER, SAME_LOWER or VALID', autoPad);
  }
  return {
    kernel,
    strides: sizes(ctx, 'strides', spatial, 1, 1),
    dilations: sizes(ctx, 'dilations', spatial, 1, 1),
    pads: autoPad === 'NOTSET' ? sizes(ctx, 'pads', 2 * spatial, -Infinity, 0) : repeated(0, 2 * spatial),
    autoPad,
  };
}

/** Windows along spatial axis `i` of an input of `size`. */
export function windowCount(w: Windows, i: number, size: Dimension, ceil: boolean): Dimension {
  const stride = w.strides[i]!;
  if (typeof size !== 'number') return isUnpadded(w, i) ? size : UNKNOWN;
  if (w.autoPad === 'SAME_UPPER' || w.autoPad === 'SAME_LOWER') return Math.ceil(size / stride);
  const kernel = w.kernel[i]!;
  if (typeof kernel !== 'number') return UNKNOWN;
  const begin = w.pads[i]!;
  const room = size + begin + w.pads[i + w.kernel.length]! - ((kernel - 1) * w.dilations[i]! + 1);
  if (room < 0) {
    contradict('shape.window', 'the window is larger than the padded input', `at least ${size - room}`, String(size));
  }
  if (!ceil) return Math.floor(room / stride) + 1;
  const windows = Math.ceil(room / stride) + 1;
  // A window that would start in the padding at the end is not counted.
  return (windows - 1) * stride >= size + begin ? windows - 1 : windows;
}

/** Does the axis keep its size, whatever it is? */
function isUnpadded(w: Windows, i: number): boolean {
  if (w.strides[i] !== 1) return false;
  if (w.autoPad === 'SAME_UPPER' || w.autoPad === 'SAME_LOWER') return true;
  const kernel = w.kernel[i]!;
  const padding = w.pads[i]! + w.pads[i + w.kernel.length]!;
  return typeof kernel === 'number' && padding === (kernel - 1) * w.dilations[i]!;
}

/** Size of spatial axis `i` after a transposed convolution of an input of `size`. */
export function transposedSize(w: Windows, i: number, size: Dimension, outputPadding: number): Dimension {
  const stride = w.strides[i]!;
  if (typeof size !== 'number') return UNKNOWN;
  if (w.autoPad === 'SAME_UPPER' || w.autoPad === 'SAME_LOWER') return size * stride;
  const kernel = w.kernel[i]!;
  if (typeof kernel !== 'number') return UNKNOWN;
  const result = stride * (size - 1) + outputPadding + (kernel - 1) * w.dilations[i]! + 1 - w.pads[i]! - w.pads[i + w.kernel.length]!;
  if (result < 0) contradict('shape.window', 'the padding is larger than the output', '0 or more', String(result));
  return result;
}
