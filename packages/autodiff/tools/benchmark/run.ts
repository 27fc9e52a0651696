import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createTrainingSession, onnxRuntime, sgd, type OrtModule } from '../../src/index.js';
import { cnnStep, gruStep, type BenchmarkStep } from './steps.js';

/** Median ms of one step over `seconds`, after five steps. */
async function medianStep(module: OrtModule, { model, batch }: BenchmarkStep, threads: number, seconds: number, spinning: boolean): Promise<number> {
  const session = createTrainingSession(model, { loss: { kind: 'cross-entropy' }, optimiser: sgd({ momentum: 0.9 }), rate: 0.01, sessions: onnxRuntime({ module, threads, spinning }) });
  for (let i = 0; i < 5; i++) await session.step(batch);
  const times: number[] = [];
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const before = performance.now();
    await session.step(batch);
    times.push(performance.now() - before);
  }
  await session.dispose();
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Samples per second of PyTorch on the same step, or why there is none. */
async function torchRate(which: 'cnn' | 'gru', threads: number, seconds: number): Promise<string> {
  const script = new URL('torch_steps.py', import.meta.url).pathname;
  try {
    const { stdout } = await promisify(execFile)('python3', [script, which, String(threads), String(seconds)], { timeout: 600_000 });
    return stdout.trim();
  } catch {
    return 'not installed';
  }
}

export async function benchmark(module: OrtModule, threads: number, seconds: number, spinning: boolean): Promise<void> {
  console.log(`${threads} threads, ${spinning ? 'spinning' : 'sleeping'}, ${seconds} s each, Node ${process.version}`);
  for (const [which, step] of [['cnn', cnnStep()], ['gru', gruStep()]] as const) {
    const ms = await medianStep(module, step, threads, seconds, spinning);
    const rate = step.samples / ms * 1000;
    console.log(`${step.name}: ${rate.toFixed(0)} ${step.unit} (${ms.toFixed(1)} ms a step, ${(rate * step.megaflop / 1000).toFixed(0)} GFLOP/s); PyTorch: ${await torchRate(which, threads, seconds)}`);
  }
}
