import { setFlagsFromString } from 'node:v8';
import type { KernelLevel } from '../../kernels/build.js';
import { layRuns, layWeights, weightBytes } from '../../pack/lay-runs.js';
import { planRuns } from '../../pack/plan-runs.js';
import { setClamp } from '../../operators/activation.js';
import type { Machine } from '../machine.js';
import { compile, wasmMachine } from '../wasm.js';
import type { Revectorized } from './try.browser.js';

export type { Revectorized } from './try.browser.js';

/** Wide tiles whose vectors are not joined spill, and are slower than narrow ones: this much faster they must be. */
const LEAST = 1.15;

let answer: Promise<Revectorized> | undefined;

/** Sets the flag, compiles kernels of wide tiles, and holds them against the `narrow` ones: same answers, in less time. Asked once. */
export function tryRevectorized(level: KernelLevel, narrow: WebAssembly.Module): Promise<Revectorized> {
  answer ??= tryNow(level, narrow);
  return answer;
}

async function tryNow(level: KernelLevel, narrow: WebAssembly.Module): Promise<Revectorized> {
  // From here on V8 joins vectors in whatever WebAssembly it compiles; nothing else changes, and nothing sets it back.
  setFlagsFromString('--experimental-wasm-revectorize');
  const compiled = await compile(level, false, 'wide');
  if (!compiled.ok) return compiled;
  const problems = await Promise.all([narrow, compiled.module].map(problemOn));
  for (const { run } of problems) run();
  const [expected, found] = problems.map((problem) => problem.output().slice()) as [Float32Array, Float32Array];
  const wrong = expected.findIndex((value, i) => value !== found[i]);
  if (wrong >= 0) return { ok: false, reason: `this engine computes ${found[wrong]} where ${expected[wrong]} is right` };
  const [own, wide] = timed(problems.map(({ run }) => run)) as [number, number];
  const ratio = (own / wide).toFixed(2);
  if (own < LEAST * wide) return { ok: false, reason: `wide tiles ran ${ratio} x as fast as narrow ones: this engine does not join vectors, or this processor gains nothing` };
  // Compiled kernels go on being optimised, on any thread, so the flag stays.
  return { ok: true, module: compiled.module, why: `vectors joined in pairs: wide tiles ran ${ratio} x as fast as narrow ones in a trial` };
}

const [PIXELS, COLUMNS, ROWS] = [96, 24, 2];
const RUNS = 8;

/** A small product: runs of pairs of rows, as pruned layers have them. */
async function problemOn(module: WebAssembly.Module): Promise<{ readonly run: () => void; readonly output: () => Float32Array }> {
  const plane = 4 * PIXELS + 16;
  const [input, output] = [4096, 4096 + 4 * COLUMNS * plane];
  const weights = output + 4 * ROWS * RUNS * plane;
  const bytes = 2 * weights;
  const machine: Machine = await wasmMachine(module, bytes, bytes + 65536);
  const floats = new Float32Array(machine.buffer());
  for (let i = 0; i < COLUMNS * plane; i++) floats[input / 4 + i] = ((i * 37) % 101) / 64 - 0.75;
  setClamp(floats, -Infinity, Infinity);
  const rows = ROWS * RUNS;
  const payload = Float32Array.from({ length: rows * COLUMNS }, (_, i) => ((i * 29) % 67 + 1) / 32 - 1);
  const plan = planRuns({ encoding: 'bcr', rows, columns: COLUMNS, blockRows: rows, blockColumns: COLUMNS, payload }, { panel: ROWS });
  const { bounds: [start, end] } = layRuns(layWeights(plan, machine.buffer(), weights), machine.buffer(), {
    base: weights + weightBytes(plan), columnOffsets: Uint32Array.from({ length: COLUMNS }, (_, c) => 4 * c * plane), rowOffset: (r) => 4 * r * plane, biasAddress: () => input,
  });
  const { map } = machine.kernels;
  return {
    run: () => { map(start!, end!, input, output, PIXELS, PIXELS); },
    output: () => floats.subarray(output / 4, output / 4 + ROWS * RUNS * plane),
  };
}

/** Least milliseconds of each, taken in turns, until engines have had time to optimise: some 60 ms. */
function timed(works: readonly (() => void)[]): number[] {
  const best = works.map(() => Infinity);
  for (const end = performance.now() + 60; performance.now() < end;) {
    works.forEach((work, k) => {
      const start = performance.now();
      for (let i = 0; i < 4; i++) work();
      best[k] = Math.min(best[k]!, performance.now() - start);
    });
  }
  return best;
}
