/** Convolutions of each channel by itself, where there is a kernel for them: straight from the planes of the input. */
import { cFloat, kernelName, product, type Call, type Convolution, type KernelVariant } from '@fretwork/compiler';
import { decodeMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { DEPTHWISE_WEIGHTS } from '../kernels/depthwise.js';
import { KERNELS } from '../kernels/manifest.js';
import { clampOf } from '../product/emit-stream.js';
import type { Decision } from './row.js';

/** The kernel of `conv`; undefined where it has another form than they do. */
export function depthwiseFor({ window: w, channels, filters, groups, matrix }: Convolution): KernelVariant | undefined {
  const [stride] = w.strides;
  const fits = groups === channels && filters === channels && w.kernel.every((size) => size === 3) && w.dilations.every((step) => step === 1) && w.begins.every((cells) => cells === 1)
    && w.strides[1] === stride && w.ends[0] <= 1 && (stride === 1 ? w.ends[1] === 1 && w.input[1] >= 5 : w.input[1] % 2 === 0 && w.output[1] === w.input[1] / 2 && w.output[1] >= 4)
    && w.output[0] === Math.ceil(w.input[0] / stride!);
  return fits && matrix.payload.length * 2 > matrix.rows * matrix.columns ? KERNELS.select({ operator: `depthwise3s${stride}` })[0] : undefined;
}

export function decideDepthwise(conv: Convolution, kernel: KernelVariant, call: Call): Decision {
  const parts = conv.channels >= call.threads ? call.threads : 1;
  return { kernel: kernelName(kernel), reason: `each channel by itself, ${kernel.rows} rows x ${kernel.pixels} columns at a time, straight from its plane`, parts };
}

export function emitDepthwise({ window: w, batch, channels, matrix, bias }: Convolution, call: Call, { kernel }: Decision, code: LayerCode, x: string): void {
  const values = decodeMatrix(matrix) as Float32Array;
  const weights = new Float32Array(channels * DEPTHWISE_WEIGHTS);
  for (let c = 0; c < channels; c++) {
    weights.set(values.subarray(9 * c, 9 * c + 9), c * DEPTHWISE_WEIGHTS);
    weights[c * DEPTHWISE_WEIGHTS + 9] = bias?.[c] ?? 0;
  }
  const clamp = clampOf(call.layer.activation);
  const bounds = clamp === undefined ? '0, 0.0f, 0.0f' : `1, ${clamp.map(cFloat).join(', ')}`;
  const [size, made] = [product(w.input), product(w.output)];
  const [from, to] = batch === 1 ? [x, 'y0'] : [`(${x} + n * ${channels * size})`, `(y0 + n * ${channels * made})`];
  const [own, zeros] = [code.weights(weights), code.weights(new Float32Array(w.input[1]))];
  const lines = code.shared(channels, ({ at, count }) =>
    [`${code.kernel(kernel)}(${at(to, made)}, ${at(from, size)}, ${at(own, DEPTHWISE_WEIGHTS)}, ${zeros}, ${count}, ${w.input.join(', ')}, ${bounds});`]);
  if (batch === 1) code.add(...lines);
  else code.add(`for (int n = 0; n < ${batch}; n++) {`, ...lines.map((line) => `  ${line}`), '}');
  if (clamp === undefined) code.activate();
}
