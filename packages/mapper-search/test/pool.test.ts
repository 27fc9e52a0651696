import { onnxRuntime } from '@fretwork/autodiff';
import { describe, expect, it } from 'vitest';
import { inProcess, inThreads, type Job } from '../src/index.js';
import { FROM_SOURCES } from './sources.js';
import { smallTask } from './tasks.js';

const job = (rate: number): Job => ({ plan: { target: '', mapper: '', entries: [{ layer: 'second', scheme: { kind: 'unstructured', rate }, reason: '' }] }, seed: 1, bars: [null, null] });

// Threads of a busy machine take their time to start.
describe('threads', { timeout: 240_000 }, () => {
  it('find what this process finds, several at once', async () => {
    const [here, there] = [inProcess(smallTask(), onnxRuntime({ threads: 1, spinning: false })), inThreads(smallTask(), { threads: 2, execArgv: FROM_SOURCES })];
    const rates = [2, 4, 8];
    const expected = [];
    for (const rate of rates) expected.push(await here.evaluate(job(rate)));
    expect(await Promise.all(rates.map((rate) => there.evaluate(job(rate))))).toEqual(expected);
    await Promise.all([here.close(), there.close()]);
  });

  it('say what failed, and stop with the reason of a signal', async () => {
    const there = inThreads(smallTask(), { threads: 1, execArgv: FROM_SOURCES });
    await expect(there.evaluate({ ...job(2), plan: { target: '', mapper: '', entries: [{ layer: 'nowhere', scheme: { kind: 'unstructured', rate: 2 }, reason: '' }] } })).rejects.toThrow(/nowhere.*search\.worker/s);
    const stop = new AbortController();
    const running = there.evaluate(job(3), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect((await there.evaluate(job(2))).rungs).toHaveLength(3);
    await there.close();
  });
});
