import { parseModel } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { compile } from './compiled.js';
import { run } from './convolutions.js';
import { haveTools, MISSING } from './toolchain.js';

/** Maps that fill vectors and such that do not, every step that has vectors and one that has none, taps before and behind the edges. */
const POOLS = [
  { size: [9, 23], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { size: [8, 16], kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
  { size: [7, 19], kernel: [2, 3], strides: [1, 1], pads: [0, 2, 1, 1], dilations: [1, 2] },
  { size: [11, 21], kernel: [3, 3], strides: [3, 3], pads: [1, 0, 0, 1] },
  { size: [5, 12], kernel: [3, 2], strides: [1, 2], pads: [2, 0, 0, 0] },
  { size: [4, 3], kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0] },
];

const model = (at: number): string => {
  const { size, kernel, strides, pads, dilations = [1, 1] } = POOLS[at]!;
  return `fretwork 1
model m
producer test version 1 opset 0

input x f32 [2, 3, ${size.join(', ')}]
output y f32

layer p = MaxPool(x) -> y
  ints kernel_shape = [${kernel.join(', ')}]
  ints strides = [${strides.join(', ')}]
  ints pads = [${pads.join(', ')}]
  ints dilations = [${dilations.join(', ')}]
`;
};

describe('pools', () => {
  it.for(POOLS.map((_, at) => at))('of maxima are what the reference says, case %i', { timeout: 120_000 }, (at, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(run(compile(parseModel(model(at))), 'gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])).toContain('output 0 (y)');
    if (at === 0) expect(run(compile(parseModel(model(at)), { type: 'f16', cpu: 'armv82' }), 'clang')).toContain('output 0 (y)');
  });
});
