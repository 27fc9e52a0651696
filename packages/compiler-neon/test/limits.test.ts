import { dense, parseModel, type Model } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { neon } from '../src/index.js';
import { compile, contextOf, withSelfTest } from './compiled.js';
import { haveTools, MISSING, Project } from './toolchain.js';

const curves = ['Relu', 'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Neg', 'Softplus'];

/** Everything that compares numbers. */
const comparing = (): Model => parseModel(`fretwork 1
model comparing
producer test version 1 opset 0

input x f32 [1, 2, 5, 6]
${curves.map((_, i) => `output c${i} f32`).join('\n')}
output clipped f32
output larger f32
output smaller f32
output pooled f32
output whole f32
output most f32
output least f32
output mixed f32

${curves.map((operator, i) => `layer l${i} = ${operator}(x) -> c${i}`).join('\n')}
layer clip = Clip(x, low, high) -> clipped
layer max = Max(x, turn, low) -> larger
layer min = Min(x, turn) -> smaller
layer turning = Neg(x) -> turn
layer pool = MaxPool(x) -> pooled
  ints kernel_shape = [3, 2]
  ints strides = [1, 2]
  ints pads = [1, 0, 1, 0]
layer global = GlobalMaxPool(x) -> whole
layer reduce = ReduceMax(x, axes) -> most
layer reduce2 = ReduceMin(x, axes) -> least
layer conv = Conv(x, w) -> mixed
  activation relu

tensor low f32 [] = [-0.25]
tensor high f32 [] = [0.5]
tensor axes i64 [1] = [3]
tensor w f32 [2, 2, 1, 1] = [1, 0.25, -0.5, 2]
`.replace(/(layer max[^]*?)(layer turning.*\n)/, '$2$1'));

const x = dense('f32', [1, 2, 5, 6], Float32Array.from({ length: 60 }, (_, i) => (i % 11 === 3 ? NaN : i === 20 ? Infinity : i === 43 ? -Infinity : Math.sin(i))));

describe('numbers that are none', () => {
  it('stay where the reference keeps them', { timeout: 240_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const compiled = compile(comparing());
    const wanted = createInterpreter(compiled.context.model).run({ x });
    const project = new Project(withSelfTest(compiled, 0));
    try {
      for (const compiler of ['clang', 'gcc'] as const) {
        project.build(compiler);
        project.write('in.bin', new Uint8Array((x.data as Float32Array).slice().buffer));
        project.run(['in.bin', 'out.bin']);
        const found = project.floats('out.bin');
        let at = 0;
        for (const { name } of compiled.context.model.outputs) {
          const data = wanted[name]!.data as Float32Array;
          expect([...data].some(Number.isNaN), name).toBe(true);
          data.forEach((value, i) => {
            const got = found[at + i]!;
            const same = Number.isNaN(value) ? Number.isNaN(got) : value === got || Math.abs(value - got) < 1e-5;
            expect(same, `${name}[${i}]: ${got}, not ${value}, by ${compiler}`).toBe(true);
          });
          at += data.length;
        }
      }
    } finally {
      project.dispose();
    }
  });
});

describe('what is refused', () => {
  const planned = (text: string): unknown => neon().plan(contextOf(parseModel(`fretwork 1\nmodel m\nproducer test version 1 opset 0\n\n${text}`)), {});

  it('is a value whose bytes 32 bits do not count', () => {
    expect(planned('input x f32 [1, 1, 30000, 20000]\noutput y f32\n\nlayer l = Relu(x) -> y\n')).toMatchObject({
      ok: false, refusals: [{ reason: '"x" is 2400000000 bytes, and offsets in the code have 32 bits' }],
    });
  });

  it('is scratch memory of that size', () => {
    expect(planned(`input x f32 [1, 8, 100, 20000]\noutput y f32\n\nlayer l = Conv(x, w) -> y\n  ints pads = [0, 20, 0, 20]\n\ntensor w f32 [1, 8, 1, 41] = [${new Array(8 * 41).fill(1).join(', ')}]\n`)).toMatchObject({
      ok: false, refusals: [{ layer: 'l', reason: expect.stringContaining('bytes of scratch memory, and offsets') as string }],
    });
  });

  it('is an exponent that is computed as integers', () => {
    expect(planned('input x f32 [4]\ninput e i32 [4]\noutput y f32\n\nlayer l = Pow(x, e) -> y\n')).toMatchObject({ ok: false, refusals: [{ layer: 'l', reason: 'it reads i32, and only f32 is computed' }, {}] });
  });
});
