/** Work of one layer shared among the threads of the machine. Nothing here allocates when it runs. */
import type { Copy } from '../machine/machine.js';
import { ARGUMENTS } from '../machine/threads/serve.js';
import type { Program } from '../pack/lay-runs.js';
import type { MapPieces } from '../pack/plan-pieces.js';
import type { Binding } from './row.js';

/** Fewer cells than this are copied before another thread has heard of it. */
const WORTH_SHARING = 16_384;

/** First of `count` things that thread t of `threads` takes. */
const share = (count: number, t: number, threads: number): number => Math.floor(count * t / threads);

/**
 * A copying kernel whose planes are shared among the threads, where there is enough to copy; or with `apart`, bytes: every thread has planes of its own, so far from
 * those of the thread before, and all are copied to each.
 */
export function sharedCopy(b: Binding, kernel: 'copy1' | 'copy2' | 'add' | 'frame', apart = 0): Copy {
  const { threads, fork } = b;
  const alone = b.kernels[kernel];
  if (threads === 1) return alone;
  const args = new Int32Array(threads * ARGUMENTS);
  return (from, to, planes, rows, width, fromPitch, toPitch, fromPlane, toPlane) => {
    if (apart === 0 && (planes < threads || planes * rows * width < WORTH_SHARING)) {
      alone(from, to, planes, rows, width, fromPitch, toPitch, fromPlane, toPlane);
      return;
    }
    for (let t = 0, at = 0; t < threads; t++, at += ARGUMENTS) {
      const first = apart === 0 ? share(planes, t, threads) : 0;
      args[at] = from + first * fromPlane;
      args[at + 1] = to + first * toPlane + t * apart;
      args[at + 2] = apart === 0 ? share(planes, t + 1, threads) - first : planes;
      args[at + 3] = rows;
      args[at + 4] = width;
      args[at + 5] = fromPitch;
      args[at + 6] = toPitch;
      args[at + 7] = fromPlane;
      args[at + 8] = toPlane;
    }
    fork(kernel, args);
  };
}

/** Words of a piece, behind the arguments of `map`: bytes that its input and its output begin behind the first ones. */
const [INPUT, OUTPUT] = [6, 7];

/** The program of one map, laid by rows where `pieces` are rows; its inputs are there once for each thread, so many bytes `apart`, or once: 0. */
export function sharedMap(b: Binding, { bounds }: Program, { by, parts, tile }: MapPieces, vectors: number, apart: number): (input: number, output: number) => void {
  const { fork, threads, kernels: { map } } = b;
  const [start, end] = bounds as [number, number];
  if (parts.length === 1) return (input, output) => { map(start, end, input, output, vectors, tile); };
  const pixels = by === 'pixels';
  const args = new Int32Array(parts.length * ARGUMENTS);
  parts.forEach(({ from, to }, k) => {
    const first = pixels ? 16 * from : 0;
    args.set([bounds[pixels ? 0 : k]!, bounds[pixels ? 1 : k + 1]!, 0, 0, pixels ? to - from : vectors, tile, first + share(k, threads, parts.length) * apart, first], k * ARGUMENTS);
  });
  return (input, output) => {
    for (let at = 0; at < args.length; at += ARGUMENTS) {
      args[at + 2] = input + args[at + INPUT]!;
      args[at + 3] = output + args[at + OUTPUT]!;
    }
    fork('map', args);
  };
}
