import { buildNetwork } from '@fretwork/networks';
import { describe, expect, it } from 'vitest';
import { mapByRules, type Difficulty, type MapEntry, type MapPlan, type MapTarget } from '../src/index.js';
import { madeUp } from './made-up.js';

/** Images of a size that pruning papers report on; weights do not matter to a rate, and are seeded for the budgets. */
const NETWORKS = [
  { name: 'vgg16-cifar', options: {} },
  { name: 'resnet18', options: {} },
  { name: 'mobilenetv2', options: {} },
  { name: 'gru', options: { hidden: 256 } },
] as const;

const HARD: Difficulty = { kind: 'hard', reason: 'said' };
const EASY: Difficulty = { kind: 'easy', reason: 'said' };
const PLANS: readonly { readonly name: string; readonly difficulty: Difficulty; readonly target: (denseMs: number) => MapTarget }[] = [
  { name: 'hard-rate-8', difficulty: HARD, target: () => ({ kind: 'rate', rate: 8 }) },
  { name: 'easy-rate-8', difficulty: EASY, target: () => ({ kind: 'rate', rate: 8 }) },
  { name: 'easy-half-of-the-time', difficulty: EASY, target: (ms) => ({ kind: 'latency', ms: Number((ms / 2).toPrecision(3)) }) },
];

const line = ({ layer, scheme, denseMs, predictedMs, rule, reason }: MapEntry): string =>
  `${layer}: ${JSON.stringify(scheme)} ${denseMs.toPrecision(3)} -> ${predictedMs.toPrecision(3)} ms [${rule}] ${reason}`;
const text = ({ target, entries, dense, planned }: MapPlan): string => [
  target, ...entries.map(line), `${dense.ms.toPrecision(3)} -> ${planned.ms.toPrecision(3)} ms, ${dense.weights} -> ${planned.weights} weights, ${dense.macs} -> ${planned.macs} macs`, '',
].join('\n');

describe.each(NETWORKS)('$name on the machine that does not exist', ({ name, options }) => {
  const model = buildNetwork(name, options, 1);
  const latency = madeUp();
  const denseMs = mapByRules(model, latency, { target: { kind: 'rate', rate: 1 } }).dense.ms;

  it.each(PLANS)('$name', async ({ name: what, difficulty, target }) => {
    const plan = mapByRules(model, latency, { target: target(denseMs), difficulty });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.planned.ms).toBeCloseTo(plan.otherMs + plan.entries.reduce((sum, { predictedMs }) => sum + predictedMs, 0), 3);
    if (plan.goal.kind === 'latency') expect(plan.planned.ms).toBeLessThanOrEqual(plan.goal.ms);
    await expect(text(plan)).toMatchFileSnapshot(`golden/${name}-${what}.txt`);
  });
});
