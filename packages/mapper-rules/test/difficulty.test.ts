import { FretworkError } from '@fretwork/format';
import { buildNetwork } from '@fretwork/networks';
import { expect, it } from 'vitest';
import { judgeDifficulty, planProbe } from '../src/index.js';

const answers = Array.from({ length: 200 }, (_, i) => i % 10);
const with_ = (changed: number): readonly number[] => answers.map((a, i) => (i < changed ? a + 1 : a));

it('data is hard where more than one answer in eight changes', () => {
  expect(judgeDifficulty({ dense: answers, probe: with_(25) })).toMatchObject({ kind: 'easy', changed: 0.125, inputs: 200 });
  expect(judgeDifficulty({ dense: answers, probe: with_(26) })).toMatchObject({ kind: 'hard', reason: '13.0 % of 200 answers change when 3x3 layers lose blocks at rate 2.25' });
  expect(judgeDifficulty({ dense: answers, probe: with_(26), most: 0.2 }).kind).toBe('easy');
});

it('too few answers, or answers to other inputs, are refused', () => {
  expect(() => judgeDifficulty({ dense: answers, probe: answers.slice(1) })).toThrow(FretworkError);
  expect(() => judgeDifficulty({ dense: [1, 2], probe: [1, 2] })).toThrow('too few');
});

it('the probe prunes 3x3 layers alone', () => {
  const model = buildNetwork('mobilenetv2', { size: 32, classes: 10 }, 1);
  expect(planProbe(model).entries.map(({ layer }) => layer)).toEqual(['conv1']);
  expect(planProbe(buildNetwork('gru', { hidden: 16 }, 1)).entries).toEqual([]);
});
