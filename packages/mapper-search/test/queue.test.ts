import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxRuntime } from '@fretwork/autodiff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Queue } from 'bullmq';
import { inProcess, measureOverQueue, overQueue, runSearch, SEARCHERS, searchSpace, type SearchOptions, type SearchState } from '../src/index.js';
import { madeUp } from './made-up.js';
import { ended, freePort, hasRedis, startRedis, startWorker, type StartedWorker } from './redis.js';
import { smallModel, smallTask } from './tasks.js';

/** Shorter than a user would take, so that a dead worker is noticed soon; longer than a busy machine keeps a live one from being heard. */
const LOCK = 6000;
const LONG = 240_000;

const task = smallTask({ rungs: [3, 9], recalibrationBatches: 0 });
const inputShapes = { image: [1, 1, 6, 6] };
const space = searchSpace(smallModel(), madeUp, { targetMs: 0.95 * searchSpace(smallModel(), madeUp, { targetMs: 1, inputShapes, smallest: 16 }).denseMs, inputShapes, smallest: 16 });
const options = (more: Pick<SearchOptions, 'evaluator'> & Partial<SearchOptions>): SearchOptions => ({ space, searcher: SEARCHERS.find(({ name }) => name === 'evolution')!, budget: 20, round: 10, seed: 2, ...more });
const plain = (state: SearchState): unknown => JSON.parse(JSON.stringify(state, (key, value: unknown) => (key === 'seconds' ? 0 : value)));

describe.skipIf(!hasRedis)('a queue', () => {
  let folder: string;
  let port: number;
  let url: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let workers: StartedWorker[] = [];
  const work = (): StartedWorker => {
    const worker = startWorker(url, join(folder, `cache${workers.length}`), LOCK);
    workers.push(worker);
    return worker;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fretwork-queue-'));
    port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    redis = await startRedis(port, folder);
  });
  afterEach(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    redis.kill('SIGKILL');
    await Promise.all([...workers.map(({ child }) => ended(child)), ended(redis)]);
    workers = [];
    await rm(folder, { recursive: true, force: true });
  });

  it('finds the plan that this process finds, with a worker killed in the middle of a job and Redis restarted in the middle of the search', async () => {
    const here = inProcess(task, onnxRuntime({ threads: 1, spinning: false }));
    const expected = await runSearch(options({ evaluator: here }));
    await here.close();

    const [victim, ...others] = [work(), work(), work(), work()];
    await Promise.all([victim, ...others].map((worker) => worker!.says('ready')));
    const there = await overQueue(task, { url });
    let restarted: Promise<void> | undefined;
    const restart = async (): Promise<void> => {
      redis.kill('SIGKILL');
      await ended(redis);
      redis = await startRedis(port, folder);
    };
    const searching = runSearch(options({ evaluator: there, onProgress: ({ evaluated }) => { if (evaluated === 13) restarted = restart(); } }));
    await victim!.says('begins');
    victim!.child.kill('SIGKILL');
    const found = await searching;
    await restarted;
    await there.close();

    expect(plain(found.state)).toEqual(plain(expected.state));
    expect(found.evaluated).toHaveLength(20);
    // The job of the dead one was begun by another.
    const lost = victim!.events.filter(({ says }) => says === 'begins').at(-1)!.job;
    expect(others.some(({ events }) => events.some((event) => event.says === 'done' && event.job === lost))).toBe(true);
    // Each result is there once.
    const queue = new Queue('evaluations', { connection: { url }, prefix: 'fretwork' });
    expect(await queue.getJobCounts('completed', 'failed', 'wait', 'active', 'delayed')).toEqual({ completed: 20, failed: 0, wait: 0, active: 0, delayed: 0 });
    await queue.close();
    // Asked to stop, they stop.
    for (const { child } of others) child.kill('SIGTERM');
    expect(await Promise.all(others.map(({ child }) => ended(child)))).toEqual([0, 0, 0]);
    // Models and samples were fetched once, and lie under their hashes.
    expect((await readdir(join(folder, 'cache1'))).sort()).toEqual([...task.blobs.keys()].sort());
  }, LONG);

  it('carries measurements to the device that was asked for, and says what a worker says', async () => {
    const worker = work();
    await worker.says('ready');
    const desk = await measureOverQueue({ url, device: 'desk', model: smallModel(), inputShapes, rounds: 5, seed: 1 });
    const plan = space.planOf(space.slots.map(() => ({ structure: 0, rate: 0 })));
    expect(await desk.measure(plan)).toEqual({ ms: 8.3, spread: 0.005, device: `worker ${worker.child.pid}` });
    await desk.close();
    const there = await overQueue(task, { url });
    const broken = { seed: 1, bars: [null], plan: { target: '', mapper: '', entries: [{ layer: 'nowhere', scheme: { kind: 'unstructured', rate: 2 }, reason: '' }] } } as const;
    await expect(there.evaluate(broken)).rejects.toThrow(/failed 3 times.*nowhere/s);
    // A job that nobody takes goes when it is not wanted any more.
    worker.child.kill('SIGTERM');
    expect(await ended(worker.child)).toBe(0);
    const stop = new AbortController();
    const waiting = there.evaluate({ ...broken, seed: 2 }, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await there.close();
  }, LONG);

  it('says that there is no Redis', async () => {
    await expect(overQueue(task, { url: `redis://:secret@127.0.0.1:${await freePort()}` })).rejects.toThrow(/no Redis at redis:\/\/127.*queue\.unreachable/s);
  });
});
