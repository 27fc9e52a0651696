import { readFile } from 'node:fs/promises';
import { memoryUsage, resourceUsage } from 'node:process';
import type { ColdStart, PeerName } from '../contract.js';
import type { Runner } from '../peers/contract.js';
import type { InputInfo } from './prepare.js';
import { drawInputs } from './random-weights.js';

/** What a process of its own is to start. Plain, to be sent. */
export interface ColdJob {
  readonly contender: PeerName | 'fretwork';
  /** Path of the model, `.bcr` for ours, `.onnx` for peers. */
  readonly file: string;
  readonly inputs: readonly InputInfo[];
  readonly seed: number;
  readonly threads: number;
}

/** Starts one contender and runs it once. Honest only in a fresh process: see `cold-start-main.ts`. */
export async function coldStart({ contender, file, inputs, seed, threads }: ColdJob): Promise<ColdStart> {
  const bytes = await readFile(file);
  const tensors = drawInputs(inputs, seed);
  const before = memoryUsage.rss();
  const times = [performance.now()];
  const tick = (): void => void times.push(performance.now());
  let runner: Runner;
  if (contender === 'fretwork' || contender === 'own-dense') {
    const { ownRunner } = await import('../peers/own.js');
    tick();
    runner = await ownRunner(bytes, tensors, { threads, tensors: 'views' });
  } else {
    const [{ nodeHost }, { PEERS }] = await Promise.all([import('../peers/node-host.js'), import('../peers/table.js')]);
    const started = await PEERS.find(({ name }) => name === contender)!.start(nodeHost(threads));
    if (!started.ok) throw new Error(started.reason);
    tick();
    const made = await started.model(bytes, tensors);
    if (!made.ok) throw new Error(made.reason);
    runner = made.runner;
  }
  tick();
  await runner.run();
  tick();
  await runner.dispose();
  const [start, ready, loaded, ran] = times as [number, number, number, number];
  return { startMs: ready - start, loadMs: loaded - ready, firstRunMs: ran - loaded, memoryBytes: Math.max(0, await peakBytes() - before) };
}

/** Linux counts in `maxRSS` what the process that forked this one had; its own mark of this one's peak begins anew. */
async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return 1024 * (kilobytes === undefined ? resourceUsage().maxRSS : Number(kilobytes));
}
