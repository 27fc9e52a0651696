import { buildNetwork } from '@fretwork/networks';
import { describe, expect, it } from 'vitest';
import { forecast } from '../src/index.js';
import { madeUp } from './made-up.js';

const model = buildNetwork('resnet18', { size: 32, classes: 10 }, 1);

describe('a forecast', () => {
  const found = forecast(model, madeUp(), { rates: [8, 2, 4] });

  it('says yes with a figure where pruning pays, and never promises more than what stands in the way lets through', () => {
    expect(found).toMatchObject({ answer: 'yes', at: [{ rate: 2 }, { rate: 4 }, { rate: 8 }] });
    for (const { times } of found.at) expect(times).toBeLessThan(found.ceiling!);
    expect(found.at[2]!.times).toBeGreaterThan(found.at[1]!.times);
    expect(found.reason).toMatch(/^[\d.]+ x at rate 8 \([\d.]+ ms\)$/);
  });

  it('says of each layer from which rate on, or why not', () => {
    expect(found.layers.find(({ layer }) => layer === 'stage1_1_conv1')).toMatchObject({ faster: true, reason: 'pays from rate 2 on' });
    expect(found.layers.find(({ layer }) => layer === 'fc')).toMatchObject({ faster: false, reason: expect.stringContaining('nothing to win') as unknown });
  });
});

it('says no where the time is elsewhere', () => {
  const found = forecast(model, madeUp({ fixed: 50 }));
  expect(found.answer).toBe('no');
  expect(found.at.every(({ times }) => times === 1)).toBe(true);
  expect(found.reason).toContain('1.0 x at rate 2');
});

it('says no, and names the layer that stands in the way', () => {
  const small = buildNetwork('lenet-like', {}, 1);
  const found = forecast(small, madeUp({ stuck: (query) => query.layer === 'convolution' && query.inputs > 1 }));
  expect(found.answer).toBe('no');
  expect(found.reason).toMatch(/conv2 takes \d+ % and stays dense: does not pay/);
});
