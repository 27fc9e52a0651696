import { FretworkError, parseModel, type Model } from '@fretwork/format';
import { buildNetwork } from '@fretwork/networks';
import { describe, expect, it } from 'vitest';
import { findBlock, mapByRules, predictPlan, RULES, THRESHOLDS, type Candidate, type MapEntry, type MapOptions, type MapPlan } from '../src/index.js';
import { madeUp, type Device } from './made-up.js';

const EASY = { kind: 'easy', reason: 'said' } as const;
/** Few, so that budgets take little time. */
const RATES = { rates: [2, 3, 4, 8, 16, 32] };
const RESNET = buildNetwork('resnet18', { size: 32, classes: 10 }, 1);

const entryOf = (model: Model, layer: string, options: Partial<MapOptions> = {}, device: Device = {}): MapEntry =>
  mapByRules(model, madeUp(device), { target: { kind: 'rate', rate: 8 }, ...options }).entries.find((e) => e.layer === layer)!;
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof FretworkError) return error.code;
  }
  return 'nothing thrown';
};

describe('the rules', () => {
  it('have names of their own, and every threshold has a rule that reads it', () => {
    expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
    const read = new Set(RULES.flatMap(({ thresholds }) => thresholds));
    // These belong to budgets, not to a rule.
    expect(THRESHOLDS.map(({ name }) => name).filter((name) => !read.has(name))).toEqual(['firstCounts', 'rates']);
  });

  it('give patterns to 3x3 layers on hard data, and blocks on easy data', () => {
    expect(entryOf(RESNET, 'stage1_1_conv1')).toMatchObject({ scheme: { kind: 'pattern', rate: 8 }, rule: 'hard-3x3' });
    expect(['bcr', 'block-punched']).toContain(entryOf(RESNET, 'stage1_1_conv1', { difficulty: EASY }).scheme.kind);
  });

  it('take blocks on hard data too where patterns are slow, or where they would cut more than was asked', () => {
    expect(entryOf(RESNET, 'stage1_1_conv1', {}, { pattern: 0.4 })).toMatchObject({ scheme: { kind: 'bcr' }, reason: expect.stringContaining('patterns are slow here') as unknown });
    expect(entryOf(RESNET, 'stage1_1_conv1', { target: { kind: 'rate', rate: 2 } }).scheme).toMatchObject({ kind: 'bcr', rate: 2 });
  });

  it('take no structure at all where that is as fast', () => {
    expect(entryOf(RESNET, 'stage1_1_conv1', {}, { unstructured: 1 })).toMatchObject({ scheme: { kind: 'unstructured', rate: 8 }, rule: 'unstructured' });
    expect(entryOf(RESNET, 'stage1_1_conv1', {}, { unstructured: 0.8 }).scheme.kind).toBe('pattern');
  });

  it('let columns bear the rate where rows make a layer slow, and both where they do not', () => {
    const gru = buildNetwork('gru', { hidden: 128, layers: 1 }, 1);
    expect(entryOf(gru, 'gru1', {}, { fixed: 0 }).scheme).toMatchObject({ kind: 'bcr', rowShare: 0 });
    expect(entryOf(RESNET, 'stage1_1_conv1', { difficulty: EASY }).scheme).toMatchObject({ kind: 'bcr', rowShare: 0.5 });
  });

  it('leave a layer dense that would not win enough, and say from which density on it would', () => {
    const slow = entryOf(RESNET, 'stage2_1_conv1', { target: { kind: 'rate', rate: 2 }, difficulty: EASY, thresholds: { leastGain: 0.6 } });
    expect(slow).toMatchObject({ scheme: { kind: 'dense' }, rule: 'pays', predictedMs: slow.denseMs });
    expect(slow.reason).toMatch(/^does not pay at rate 2: \S+ ms to \S+ ms dense, \d+ % of it products; \d+ % density needed to win 60 %$/);
    expect(slow.breakEven).toBeCloseTo(0.875, 2);
    const never = entryOf(RESNET, 'stage2_1_conv1', {}, { fixed: 1e3 });
    expect(never.reason).toContain('no density would do');
  });

  it('leave alone what they were told to, and what takes no time', () => {
    expect(entryOf(RESNET, 'conv1', { skipFirst: true })).toMatchObject({ scheme: { kind: 'dense' }, reason: 'first convolution' });
    expect(entryOf(RESNET, 'stage3_1_conv2', { skip: ['stage3*'] })).toMatchObject({ scheme: { kind: 'dense' }, reason: 'skipped by name' });
    expect(entryOf(RESNET, 'fc')).toMatchObject({ scheme: { kind: 'dense' }, rule: 'little-time' });
  });

  it('leave depthwise layers alone, and every layer whose time is not known', () => {
    const mobile = buildNetwork('mobilenetv2', { size: 32, classes: 10 }, 1);
    expect(entryOf(mobile, 'stage2_1_depthwise')).toMatchObject({ scheme: { kind: 'dense' }, rule: 'depthwise' });
    const known = madeUp();
    const plan = mapByRules(RESNET, {
      ...known,
      predictModel: (...asked) => {
        const all = known.predictModel(...asked);
        return { ...all, layers: all.layers.map(({ layer, operator, ms, low, high }) => ({ layer, operator, ms, low, high, reason: 'never seen' })) };
      },
    }, { target: { kind: 'rate', rate: 4 } });
    expect(new Set(plan.entries.map(({ rule }) => rule))).toEqual(new Set(['unknown']));
  });

  it('refuse what makes no sense', () => {
    const map = (options: Partial<MapOptions>): string => codeOf(() => mapByRules(RESNET, madeUp(), { target: { kind: 'rate', rate: 4 }, ...options }));
    expect(map({ target: { kind: 'rate', rate: 0.5 } })).toBe('map.target');
    expect(map({ target: { kind: 'latency', ms: Number.NaN } })).toBe('map.target');
    expect(map({ skip: ['no such layer'] })).toBe('map.skip');
    expect(map({ thresholds: { beta: -1 } })).toBe('map.threshold');
    expect(map({ thresholds: { bta: 1 } as object })).toBe('map.threshold');
    expect(map({ thresholds: { rates: [2, 2] } })).toBe('map.threshold');
  });
});

describe('findBlock', () => {
  const at = (blockRows: number, ms: number): Candidate => ({ scheme: { kind: 'bcr', rate: 8, blockRows, blockColumns: 4 * blockRows, rowShare: 0.5 }, ms });
  const curve = [at(2, 3), at(4, 1.6), at(8, 1.15), at(16, 1.05), at(32, 1)];

  it('takes the smallest block within β of structured pruning', () => {
    for (const [beta, rows] of [[0, 32], [0.06, 16], [0.2, 8], [0.7, 4], [5, 2]] as const) {
      const { candidate, within } = findBlock({ candidates: curve, structuredMs: 1, beta });
      expect([beta, candidate.scheme]).toEqual([beta, at(rows, 0).scheme]);
      expect(within).toBe(true);
    }
  });

  it('takes the fastest where none is', () => {
    expect(findBlock({ candidates: curve, structuredMs: 0.1, beta: 0.2 })).toEqual({ candidate: curve.at(-1), within: false });
  });
});

describe('whole filters', () => {
  const plan = mapByRules(RESNET, madeUp(), { target: { kind: 'rate', rate: 2 }, filters: true, skip: ['stage1_2_conv2'], thresholds: { leastShare: 0 } });
  const of = (layer: string): MapEntry => plan.entries.find((e) => e.layer === layer)!;

  it('agree where their outputs are added', () => {
    // The stem and the second convolutions of the first stage are one residual stream, and one of them is skipped.
    for (const layer of ['conv1', 'stage1_1_conv2', 'stage1_2_conv2']) expect(of(layer).scheme).toEqual({ kind: 'dense' });
    expect(of('stage1_1_conv2').reason).toBe('must agree with stage1_2_conv2, which stays dense: skipped by name');
    expect(of('stage1_1_conv1').scheme).toEqual({ kind: 'filter', rate: 2 });
  });

  it('get equal rates in a stream under a budget', () => {
    const budget = mapByRules(RESNET, madeUp(), { target: { kind: 'macs', rate: 2 }, filters: true, thresholds: { leastShare: 0, ...RATES } });
    const stream = budget.entries.filter(({ layer }) => /^stage4_(\d_conv2|1_shortcut)$/.test(layer));
    expect(stream.length).toBe(3);
    expect(new Set(stream.map(({ scheme }) => JSON.stringify(scheme))).size).toBe(1);
    expect(budget.planned.macs).toBeLessThanOrEqual(budget.dense.macs / 2);
  });
});

it('layers that share a weight get the same scheme', () => {
  const shared = parseModel(`fretwork 1
model shared
producer test version 1 opset 0

input x f32 [1, 64]
output y f32

layer a = MatMul(x, w) -> h
layer b = MatMul(h, w) -> y

tensor w f32 [64, 64] = [${Array.from({ length: 4096 }, (_, i) => Math.sin(i * i).toFixed(3)).join(', ')}]
`);
  const plan = mapByRules(shared, madeUp({ fixed: 0 }), { target: { kind: 'rate', rate: 4 } });
  expect(plan.entries.map(({ scheme }) => scheme.kind)).toEqual(['bcr', 'bcr']);
  expect(plan.entries[1]!.scheme).toEqual(plan.entries[0]!.scheme);
  expect(mapByRules(shared, madeUp({ fixed: 0 }), { target: { kind: 'rate', rate: 4 }, skip: ['b'] }).entries.map(({ scheme }) => scheme.kind)).toEqual(['dense', 'dense']);
});

describe('budgets', () => {
  const latency = madeUp();
  const dense = mapByRules(RESNET, latency, { target: { kind: 'rate', rate: 1 } }).dense;

  it('are met by rates that differ from layer to layer', () => {
    for (const target of [{ kind: 'latency', ms: dense.ms / 3 }, { kind: 'macs', rate: 3 }, { kind: 'weights', rate: 3 }] as const) {
      const { planned, entries } = mapByRules(RESNET, latency, { target, difficulty: EASY, thresholds: RATES });
      if (target.kind === 'latency') expect(planned.ms).toBeLessThanOrEqual(target.ms);
      if (target.kind === 'macs') expect(planned.macs).toBeLessThanOrEqual(dense.macs / 3);
      if (target.kind === 'weights') expect(planned.weights).toBeLessThanOrEqual(Math.ceil(dense.weights / 3));
      expect(entries.every(({ predictedMs, denseMs }) => predictedMs <= denseMs)).toBe(true);
    }
  });

  it('leave everything dense where nothing has to go', () => {
    const { entries } = mapByRules(RESNET, latency, { target: { kind: 'latency', ms: dense.ms }, thresholds: RATES });
    expect(entries.every(({ scheme }) => scheme.kind === 'dense')).toBe(true);
  });

  it('of time are met with less loss where any structure may be taken, single weights at a high rate among them', () => {
    const ms = dense.ms / 3;
    const map = (options: Partial<MapOptions>): MapPlan => mapByRules(RESNET, latency, { target: { kind: 'latency', ms }, thresholds: RATES, ...options });
    const loss = (plan: MapPlan): number => plan.entries.reduce((sum, { damage }) => sum + damage, 0);
    const [byRules, any] = [map({}), map({ structures: 'any', thresholds: { ...RATES, firstCounts: 1 } })];
    expect(any.planned.ms).toBeLessThanOrEqual(ms);
    expect(loss(any)).toBeLessThan(loss(byRules));
    expect(any.entries.some(({ scheme }) => scheme.kind === 'unstructured')).toBe(true);
    const slower = { kind: 'latency', ms: 2 * ms } as const;
    const first = any.entries.findIndex(({ operator }) => operator === 'Conv');
    expect(map({ target: slower, structures: 'any', thresholds: { ...RATES, firstCounts: 1e6 } }).entries[first]!.scheme.kind).toBe('dense');
    // What stays dense by the first rules stays so, and whole filters stay whole filters.
    const skip = ['stage1_1_conv1'];
    expect(map({ target: slower, structures: 'any', skip }).entries.find(({ layer }) => layer === skip[0])!.scheme.kind).toBe('dense');
    expect(map({ target: slower, structures: 'any', filters: true })).toEqual(map({ target: slower, filters: true }));
    // A rate leaves nothing to weigh.
    expect(map({ structures: 'any', target: { kind: 'rate', rate: 4 } })).toEqual(map({ target: { kind: 'rate', rate: 4 } }));
  });

  it('that cannot be met say what the best is', () => {
    const impossible = (ms: number): FretworkError => {
      try {
        mapByRules(RESNET, latency, { target: { kind: 'latency', ms }, thresholds: RATES });
      } catch (error) {
        return error as FretworkError;
      }
      throw new Error('a plan');
    };
    const error = impossible(dense.ms / 100);
    expect(error).toMatchObject({ code: 'map.impossible' });
    const best = Number(/^([\d.]+) ms at best/.exec(String(error.details.actual))![1]);
    expect(mapByRules(RESNET, latency, { target: { kind: 'latency', ms: best * 1.01 }, thresholds: RATES }).planned.ms).toBeLessThanOrEqual(best * 1.01);
    expect(impossible(best * 0.98).code).toBe('map.impossible');
    expect(impossible(1e-4).details.hint).toContain('a smaller network is needed');
  });
});

it('an edited plan is predicted as edited', () => {
  const latency = madeUp();
  const plan = mapByRules(RESNET, latency, { target: { kind: 'rate', rate: 8 } });
  expect(predictPlan(RESNET, latency, plan).planned).toEqual(plan.planned);
  const edited = { ...plan, entries: plan.entries.map((e) => (e.layer === 'stage1_1_conv1' ? { ...e, scheme: { kind: 'unstructured', rate: 2 } as const, reason: 'I know better' } : e)) };
  const again = predictPlan(RESNET, latency, edited);
  expect(again.entries.find(({ layer }) => layer === 'stage1_1_conv1')).toMatchObject({ scheme: { kind: 'unstructured', rate: 2 }, reason: 'I know better', rule: 'plan' });
  expect(again.planned.ms).toBeGreaterThan(plan.planned.ms);
});
