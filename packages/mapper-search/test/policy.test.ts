import { seeded } from '@fretwork/autodiff';
import { buildNetwork } from '@fretwork/networks';
import { expect, it } from 'vitest';
import { RATES, searchSpace, STRUCTURES } from '../src/index.js';
import { createController } from '../src/searchers/controller.js';
import { policyGradient } from '../src/searchers/policy-gradient.js';
import { madeUp, spaceAt } from './made-up.js';

const { slots } = spaceAt(0.45);

it('the policy gradient is that of its loss, by central differences', () => {
  const random = seeded(1);
  for (let time = 0; time < 20; time++) {
    const scores = Array.from({ length: 2 + Math.floor(random.unit() * 6) }, () => 4 * random.unit() - 2);
    const [taken, advantage, entropy] = [Math.floor(random.unit() * scores.length), 2 * random.unit() - 1, random.unit()];
    const loss = (at: readonly number[]): number => {
      const total = at.reduce((sum, s) => sum + Math.exp(s), 0);
      const p = at.map((s) => Math.exp(s) / total);
      return -advantage * Math.log(p[taken]!) + entropy * p.reduce((sum, one) => sum + one * Math.log(one), 0);
    };
    const expected = scores.map((_, i) => {
      const moved = (by: number): number => loss(scores.map((s, k) => (k === i ? s + by : s)));
      return (moved(1e-5) - moved(-1e-5)) / 2e-5;
    });
    policyGradient({ scores, taken, advantage, entropy }).forEach((g, i) => expect(g).toBeCloseTo(expected[i]!, 6));
  }
});

it('draws what it was praised for more often, and goes on from a checkpoint to the same', async () => {
  const controller = createController({ slots, seed: 1 });
  const [praised] = await controller.draw(1, seeded(9));
  const alike = async (): Promise<number> => {
    const drawn = await controller.draw(24, seeded(4));
    return drawn.flatMap((actions) => actions.filter(({ structure, rate }, t) => structure === praised![t]!.structure && rate === praised![t]!.rate)).length;
  };
  const before = await alike();
  for (let step = 0; step < 15; step++) await controller.learn([{ actions: praised!, advantage: 1 }], 0);
  expect(await alike()).toBeGreaterThan(3 * before + 24);
  const again = createController({ slots, seed: 2 });
  again.restore(controller.checkpoint());
  expect(await again.draw(3, seeded(7))).toEqual(await controller.draw(3, seeded(7)));
  await Promise.all([controller.dispose(), again.dispose()]);
});

it('goes from one network to another', async () => {
  const learned = createController({ slots, seed: 1 });
  // Whatever the layer: blocks of 8x32 by columns, at rate 4.
  const wanted = { structure: STRUCTURES.findIndex(({ name }) => name === 'bcr 8x32 columns'), rate: RATES.indexOf(4) };
  const open = slots.filter(({ rates }) => rates[wanted.structure]!.includes(wanted.rate));
  const taught = createController({ slots: open, seed: 1 });
  for (let step = 0; step < 25; step++) await taught.learn([{ actions: open.map(() => wanted), advantage: 1 }], 0);
  const { slots: others } = searchSpace(buildNetwork('gru', { hidden: 64 }, 1), madeUp, { targetMs: 1 });
  const share = async (policy: Uint8Array): Promise<number> => {
    const there = createController({ slots: others, seed: 3 });
    there.restore(policy);
    const drawn = (await there.draw(30, seeded(2))).flat();
    await there.dispose();
    return drawn.filter(({ structure, rate }) => structure === wanted.structure && rate === wanted.rate).length / drawn.length;
  };
  expect(await share(taught.checkpoint())).toBeGreaterThan(4 * await share(learned.checkpoint()) + 0.2);
  await Promise.all([learned.dispose(), taught.dispose()]);
});
