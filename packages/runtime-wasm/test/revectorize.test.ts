import { random } from '@fretwork/conformance';
import { dense, parseModel } from '@fretwork/format';
import { expect, it, vi } from 'vitest';
import { chooseLevel } from '../src/machine/choose-level.js';
import { load } from '../src/index.js';

const model = parseModel(`fretwork 1
model made
producer test version 1 opset 0

input x f32 [1, 4, 20, 20]
output y f32

layer c = Conv(x, w) -> y
  ints pads = [1, 1, 1, 1]

tensor w f32 [2, 4, 3, 3] = [${Array.from({ length: 72 }, (_, i) => (i % 5 === 0 ? 0 : i / 16 - 2)).join(', ')}]
`);

it('takes wide tiles where they are quicker here, says so either way, and gives the same numbers', async () => {
  const draw = random(3);
  const x = dense('f32', [1, 4, 20, 20], Float32Array.from({ length: 1600 }, () => draw.normal()));
  const [narrow, asked] = [await load(model), await load(model, { revectorize: true })];
  expect(narrow.report().why).not.toMatch(/revectorized|joined/);
  expect(asked.report().why).toMatch(/; (vectors joined in pairs: wide tiles ran \d+\.\d\d x as fast as narrow ones in a trial|not revectorized: .+)$/);
  const [own, expected] = [asked.run({ x }).y!.data, narrow.run({ x }).y!.data];
  expect(own).toEqual(expected);
  const threaded = await load(model, { revectorize: true, threads: 2 });
  expect(threaded.run({ x }).y!.data).toEqual(expected);
  threaded.dispose();
});

it('says why not where the engine cannot be told', async () => {
  vi.resetModules();
  vi.doMock('#revectorize', () => import('../src/machine/revectorize/try.browser.js'));
  const { chooseLevel: choose } = await import('../src/machine/choose-level.js');
  const level = await choose('auto', true);
  expect(level).toMatchObject({ tiles: 'narrow' });
  expect(level.why).toMatch(/; not revectorized: a page cannot set flags of its engine$/);
  vi.doUnmock('#revectorize');
  expect((await chooseLevel('javascript', true)).tiles).toBe('narrow');
});
