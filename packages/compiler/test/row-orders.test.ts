import { random } from '@fretwork/conformance';
import { encodeCsr } from '@fretwork/format';
import { expect, it } from 'vitest';
import { foldOrder, packWeights, planRowOrders, planSchedule, runSchedule } from '../src/index.js';
import { Build } from './build.js';

it('a layer whose columns are renumbered reads rows in the order in which they were made (60 random pairs)', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const draw = random(seed);
    const [k, middle, kernel, last] = [draw.integer(1, 12), draw.integer(1, 24), draw.pick([1, 3]), draw.integer(1, 10)];
    const values = (size: number): Float32Array => Float32Array.from({ length: size }, () => (draw.next() < 0.4 ? draw.normal() : 0));
    const [first, second] = [encodeCsr(values(middle * k), middle, k), encodeCsr(values(last * middle * kernel), last, middle * kernel)];
    const x = Float64Array.from({ length: k }, () => draw.normal());
    const one = planSchedule([first], { height: 4, threads: draw.integer(1, 3) });
    const two = planSchedule([second], { height: 4 });
    const made = runSchedule(one, packWeights([first], one) as Float32Array, x, 1).outputs;
    // A channel has `kernel` columns: what a convolution of so many taps reads of it.
    const spread = (channels: ArrayLike<number>): Float64Array => Float64Array.from({ length: middle * kernel }, (_, c) => channels[Math.floor(c / kernel)]! * (1 + (c % kernel)));
    const expected = runSchedule(two, packWeights([second], two) as Float32Array, spread(made), 1).outputs;
    const unordered = Float64Array.from({ length: middle }, (_, place) => made[one.order[place]!]!);
    const folded = foldOrder([second], one.order, kernel);
    const three = planSchedule(folded, { height: 4 });
    const actual = runSchedule(three, packWeights(folded, three) as Float32Array, spread(unordered), 1).outputs;
    for (let r = 0; r < last; r++) expect(actual[r], `seed ${seed}, row ${r}`).toBeCloseTo(expected[r]!, 9);
  }
});

it('says where an order can go into the next layers, and why not elsewhere', () => {
  const build = new Build();
  const weight = (name: string, shape: readonly number[]): string => build.floats(name, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1));
  const x = build.input('x', [1, 4, 5, 5]);
  const a = build.layer('Conv', [x, weight('wa', [4, 4, 1, 1])], {}, { name: 'a' });
  const b = build.layer('Conv', [a, weight('wb', [4, 4, 3, 3])], {}, { name: 'b' });
  const c = build.layer('Conv', [a, weight('wc', [4, 4, 3, 3])], {}, { name: 'c' });
  const sum = build.layer('Add', [b, c], {}, { name: 'sum' });
  const d = build.layer('Conv', [sum, weight('wd', [4, 4, 1, 1])], {}, { name: 'd' });
  const e = build.layer('Conv', [d, weight('we', [4, 2, 1, 1])], { group: 2 }, { name: 'e' });
  build.layer('Conv', [e, weight('wf', [2, 4, 1, 1])], {}, { name: 'f' });
  build.output('f_out');
  expect(planRowOrders(build.model())).toEqual([
    { layer: 'a', how: 'folded', into: ['b', 'c'] },
    { layer: 'b', how: 'at-output', reason: 'sum (Add) reads it as it is' },
    { layer: 'c', how: 'at-output', reason: 'sum (Add) reads it as it is' },
    { layer: 'd', how: 'at-output', reason: 'e (Conv) reads it as it is' },
    { layer: 'e', how: 'at-output', reason: 'its groups keep their channels together' },
    { layer: 'f', how: 'at-output', reason: 'f_out is an output of the model' },
  ]);
});
