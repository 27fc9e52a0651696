import { drawWeights, pruneRegularly } from '@fretwork/conformance';
import { parseModel, type Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { compile } from './compiled.js';
import { run } from './convolutions.js';
import { haveTools, MISSING } from './toolchain.js';

interface Sum {
  readonly batch?: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: readonly [number, number];
  readonly activation?: string;
  readonly group?: number;
  /** What the second convolution is told. */
  readonly kernel?: string;
}

/** Two convolutions of one input, their sum, and another convolution of that. */
function sum({ batch = 1, channels, filters, size, activation = '', group = 1, kernel }: Sum): Model {
  const model = parseModel(`fretwork 1
model m
producer test version 1 opset 0

input x f32 [${batch}, ${channels}, ${size.join(', ')}]
output y f32

layer a = Conv(x, w, b) -> p

layer c = Conv(x, v, b) -> q
  ints pads = [1, 1, 1, 1]
  int group = ${group}

layer s = Add(q, p) -> r
${activation === '' ? '' : `  activation ${activation}\n`}
layer d = Conv(r, u) -> y

tensor w f32 [${filters}, ${channels}, 1, 1] = [${new Array(filters * channels).fill(0).join(', ')}]
tensor v f32 [${filters}, ${channels / group}, 3, 3] = [${new Array((9 * filters * channels) / group).fill(0).join(', ')}]
tensor u f32 [4, ${filters}, 1, 1] = [${new Array(filters * 4).fill(0).join(', ')}]
tensor b f32 [${filters}] = [${Array.from({ length: filters }, (_, f) => f / 8 - 1).join(', ')}]
`);
  const weighted = drawWeights(model, channels + filters);
  return kernel === undefined ? weighted : { ...weighted, layers: weighted.layers.map((layer) => (layer.name === 'c' ? { ...layer, tuning: { kernel } } : layer)) };
}

/** Every way of a convolution, with more images than one, few positions, and every kind of activation. */
const SUMS: readonly Sum[] = [
  { channels: 3, filters: 5, size: [7, 11], activation: 'relu', kernel: 'stream' },
  { batch: 2, channels: 6, filters: 8, size: [9, 5], group: 2, activation: 'clip alpha -0.5 beta 0.75' },
  { channels: 2, filters: 7, size: [1, 3], activation: 'relu', kernel: 'stream' },
  { batch: 2, channels: 3, filters: 5, size: [9, 14], activation: 'leaky-relu alpha 0.1', kernel: 'winograd' },
  { batch: 2, channels: 4, filters: 32, size: [5, 7], activation: 'relu', kernel: 'panels' },
  { batch: 2, channels: 8, filters: 16, size: [9, 10], activation: 'relu', kernel: 'winograd-panels' },
  { channels: 8, filters: 16, size: [8, 8], kernel: 'winograd-panels' },
];

describe('additions behind convolutions', () => {
  it.for(SUMS.map((one, i) => ({ one, i })))('are done while sums are stored, case $i', { timeout: 600_000 }, ({ one, i }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const compiled = compile(sum(one));
    expect(compiled.plan.layers.map(({ layer, kernel }) => (kernel === 'fused' ? layer : ''))).toEqual(['', '', 's', '']);
    expect(compiled.plan.layers[1]!.reason).toContain('adds "p"');
    // One run each: by threads where i is odd, under the sanitizers where it is even and there are such kernels.
    if (i % 2 === 1) expect(run(compile(sum(one), {}, 1, { threads: 3 }), 'clang', ['-pthread'])).toContain('output 0 (y)');
    else expect(run(compiled, 'gcc', i === 2 || i === 6 ? [] : ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])).toContain('output 0 (y)');
  });

  it('are done by pruned ones too, and in halves', { timeout: 240_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const model = pruneRegularly(sum({ channels: 32, filters: 24, size: [9, 7], activation: 'relu' }));
    expect(run(compile(model), 'clang')).toContain('output 0 (y)');
    const halves = compile(model, { type: 'f16', cpu: 'armv82' });
    expect(halves.plan.layers[2]!.kernel).toBe('fused');
    expect(halves.files.get('model_kernels.c')).toContain('const float16_t *more');
  });

  it('stay where no kernel adds: behind depthwise convolutions, and on bytes', () => {
    const kernels = (model: Model, options: Parameters<typeof compile>[1]): readonly string[] => compile(model, options).plan.layers.map(({ kernel }) => kernel);
    expect(kernels(sum({ channels: 8, filters: 8, size: [14, 14], group: 8 }), {})).not.toContain('fused');
    expect(kernels(sum({ channels: 16, filters: 16, size: [14, 14] }), { type: 'i8', cpu: 'armv82' })).not.toContain('fused');
  });
});
