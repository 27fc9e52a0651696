import { FretworkError } from '@fretwork/format';
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { buildKernels } from '../src/kernels/build.js';
import { PAGE_BYTES, type Machine } from '../src/machine/machine.js';
import { chooseThreads } from '../src/machine/threads/choose-threads.js';
import { startPool, type PoolParts } from '../src/machine/threads/pool.js';
import { ARGUMENTS, MOST_PIECES } from '../src/machine/threads/serve.js';
import { startWorker, type ThreadWorker } from '../src/machine/threads/start.node.js';
import { threadedMachine } from '../src/machine/wasm.js';

const PAGES = 4;

function parts(threads: number, more: Partial<PoolParts> = {}): PoolParts {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 8, shared: true });
  const module = new WebAssembly.Module(buildKernels('simd', { initial: 1, maximum: 65536, shared: true }) as BufferSource);
  return { memory, module, threads, exports: new WebAssembly.Instance(module, { env: { memory } }).exports, ...more };
}

async function poolOf(request: PoolParts) {
  const started = await startPool(request);
  if (!started.ok) throw new Error(started.reason);
  return started.pool;
}

const FROM = 1024;
const TO = 65536;

/** Piece p copies `floats` floats from `FROM` to its own place. */
const copies = (pieces: number, floats: number, to = TO): Int32Array =>
  Int32Array.from({ length: pieces * ARGUMENTS }, (_, i) => [FROM, to + 4 * floats * Math.floor(i / ARGUMENTS), 1, 1, floats, 0, 0, 0, 0][i % ARGUMENTS] ?? 0);

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof FretworkError) return `${error.code}: ${error.details.actual}`;
    throw error;
  }
  return 'nothing was thrown';
};

/** A worker that is ready and does nothing. */
const idle: PoolParts['start'] = (_, ready) => {
  setTimeout(ready);
  return { terminate: () => undefined, unref: () => undefined };
};

afterEach(() => vi.unstubAllGlobals());

describe.each([2, 3])('a pool of %i threads', (threads) => {
  it('does each piece once, job after job, 10,000 times, in jobs of one piece to the most', async () => {
    const request = parts(threads);
    const pool = await poolOf(request);
    const floats = new Float32Array(request.memory.buffer);
    const most = threads * MOST_PIECES;
    const args = Array.from({ length: most }, (_, i) => copies(i + 1, 4));
    for (let job = 1; job <= 10_000; job++) {
      floats.fill(job, FROM / 4, FROM / 4 + 4);
      const pieces = job % most + 1;
      pool.fork('copy1', args[pieces - 1]!);
      for (let i = 0; i < 4 * pieces; i++) if (floats[TO / 4 + i] !== job) expect.fail(`job ${job}: float ${i} is ${floats[TO / 4 + i]}`);
      if (floats[TO / 4 + 4 * pieces] === job) expect.fail(`job ${job}: a piece too many`);
    }
    expect(floats[TO / 4 + 4 * most]).toBe(0);
    pool.dispose();
  });

  it('wakes workers that have gone to sleep, and sees a memory that has grown', async () => {
    const request = parts(threads);
    const pool = await poolOf(request);
    for (let job = 1; job < 4; job++) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      request.memory.grow(1);
      const floats = new Float32Array(request.memory.buffer);
      floats.fill(job, FROM / 4, FROM / 4 + 8);
      const end = request.memory.buffer.byteLength - 32 * threads;
      pool.fork('copy1', copies(threads, 8, end));
      expect(Array.from(floats.subarray(end / 4))).toEqual(new Array(8 * threads).fill(job));
    }
    pool.dispose();
  });
});

describe('a pool', () => {
  it('throws where a worker has died, instead of waiting for it', async () => {
    const workers: ThreadWorker[] = [];
    let ended: () => void = () => undefined;
    const end = new Promise<void>((resolve) => { ended = resolve; });
    const pool = await poolOf(parts(2, {
      start: (message, ready, died) => {
        workers.push(startWorker(message, ready, (reason) => {
          died(reason);
          ended();
        }));
        return workers[0]!;
      },
    }));
    pool.fork('copy1', copies(2, 4));
    workers[0]!.terminate();
    await end;
    expect(codeOf(() => pool.fork('copy1', copies(2, 4)))).toBe('run.worker: worker 1 ended');
  });

  it('throws where the kernel of a worker traps, in that job and in all after it', async () => {
    const pool = await poolOf(parts(2));
    const args = copies(2, 4);
    // The caller has long to do with the first piece, so the worker takes the last one.
    args[2] = 50_000_000;
    args[ARGUMENTS] = PAGES * 65536;
    for (let i = 0; i < 2; i++) expect(codeOf(() => pool.fork('copy1', args))).toBe('run.worker: the kernel of worker 1 trapped');
    pool.dispose();
  });

  it("lets the caller's own trap out, after the others are done", async () => {
    const pool = await poolOf(parts(2, { start: idle }));
    const args = copies(2, 4);
    args[0] = PAGES * 65536;
    expect(() => pool.fork('copy1', args)).toThrow(WebAssembly.RuntimeError);
    expect(codeOf(() => pool.fork('copy1', copies(2, 4)))).toBe('nothing was thrown');
    pool.dispose();
    expect(codeOf(() => pool.fork('copy1', args))).toBe('run.worker: the pool was disposed of');
  });

  it('does all pieces itself where no worker is awake, and waits for none', async () => {
    const request = parts(3, { start: idle, stallMs: 1 });
    const pool = await poolOf(request);
    const floats = new Float32Array(request.memory.buffer);
    floats.fill(7, FROM / 4, FROM / 4 + 4);
    pool.fork('copy1', copies(12, 4));
    expect(Array.from(floats.subarray(TO / 4, TO / 4 + 49))).toEqual([...new Array(48).fill(7), 0]);
  });

  it('does not wait for ever for a worker that takes a piece and does not do it', async () => {
    const workers: Worker[] = [];
    const start: PoolParts['start'] = ({ mailbox }, ready) => {
      const take = `const words = new Int32Array(require('node:worker_threads').workerData);
        require('node:worker_threads').parentPort.postMessage('ready');
        for (let seen = 0; seen === 0 || Atomics.compareExchange(words, 0, seen, seen - 65536) !== seen;) seen = Atomics.load(words, 0);`;
      const worker = new Worker(take, { eval: true, workerData: mailbox });
      workers.push(worker);
      worker.once('message', ready);
      return { terminate: () => void worker.terminate(), unref: () => worker.unref() };
    };
    const pool = await poolOf(parts(2, { start, stallMs: 250 }));
    const args = copies(2, 4);
    args[2] = 50_000_000;
    for (let i = 0; i < 2; i++) expect(codeOf(() => pool.fork('copy1', args))).toBe('run.worker: a worker did not finish within 0.25 s after the caller');
    pool.dispose();
  });

  it('says why it did not start, and leaves no worker behind', async () => {
    let [running, started] = [0, 0];
    const start: PoolParts['start'] = (_, ready, died) => {
      running++;
      if (++started === 1) setTimeout(ready);
      else setTimeout(() => died('failed: no'));
      return { terminate: () => { running--; }, unref: () => undefined };
    };
    expect(await startPool(parts(3, { start }))).toEqual({ ok: false, reason: 'a worker did not start: it failed: no' });
    expect({ started, running }).toEqual({ started: 2, running: 0 });
  });

  it('stops starting when the signal says so', async () => {
    const controller = new AbortController();
    const start: PoolParts['start'] = () => ({ terminate: () => undefined, unref: () => undefined });
    const work = startPool(parts(2, { start, signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });

});

it('a threaded machine keeps its buffer while other shared memories grow: views on it stay those of the plan', async () => {
  const machines = [];
  for (let i = 0; i < 2; i++) {
    const made = await threadedMachine({ level: 'simd', tiles: 'narrow' }, 2, PAGE_BYTES, 64 * PAGE_BYTES);
    if (!made.ok) throw new Error(made.reason);
    machines.push(made.machine);
  }
  const [first, second] = machines as [Machine, Machine];
  const buffer = first.buffer();
  second.grow(8 * PAGE_BYTES);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  expect(first.buffer()).toBe(buffer);
  expect(second.buffer().byteLength).toBe(8 * PAGE_BYTES);
  machines.forEach((machine) => machine.dispose());
});

describe('a worker of Node', () => {
  it('sleeps between jobs, and does not keep a process alive that lets go of it', () => {
    // The file stands alone, so Node can run it as it lies.
    const script = `
      const { startWorker } = await import(${JSON.stringify(new URL('../src/machine/threads/start.node.ts', import.meta.url).href)});
      const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const start = { module, memory, mailbox: new SharedArrayBuffer(1024), thread: 1, kernels: [] };
      const worker = startWorker(start, () => { console.log('ready'); worker.unref(); }, (reason) => console.log(reason));`;
    expect(String(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { timeout: 30_000 }))).toBe('ready\n');
  });
});

describe('the number of threads', () => {
  it('is one if nothing is said, and as asked for where memory can be shared', () => {
    expect(chooseThreads(1, 'simd').count).toBe(1);
    expect(chooseThreads(3, 'simd')).toEqual({ count: 3, why: 'asked for' });
    expect(chooseThreads('auto', 'relaxed').count).toBeGreaterThanOrEqual(1);
    expect(chooseThreads('auto', 'relaxed').count).toBeLessThanOrEqual(4);
    for (const wrong of [0, -1, 1.5, NaN, 65]) expect(codeOf(() => chooseThreads(wrong, 'simd'))).toBe(`run.threads: ${wrong}`);
  });

  it('is one where it must be, and says why', () => {
    expect(chooseThreads(2, 'javascript')).toEqual({ count: 1, why: 'level javascript has one thread' });
    vi.stubGlobal('crossOriginIsolated', false);
    expect(chooseThreads(2, 'simd')).toEqual({ count: 1, why: expect.stringContaining('Cross-Origin-Opener-Policy') });
    vi.unstubAllGlobals();
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(chooseThreads('auto', 'simd')).toEqual({ count: 1, why: 'this host has no SharedArrayBuffer' });
  });
});
