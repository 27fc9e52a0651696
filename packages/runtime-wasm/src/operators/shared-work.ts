/** Work of one layer shared among the threads of the machine. Nothing here allocates when it runs. */
import type { Copy, Kernels } from '../machine/machine.js';
import { ARGUMENTS } from '../machine/threads/serve.js';
import type { Program } from '../pack/lay-runs.js';
import type { MapPieces } from '../pack/plan-pieces.js';
import type { Binding } from './row.js';

/** Fewer cells than this are copied before another thread has heard of it. */
const WORTH_SHARING = 16_384;

/** First of `count` things that thread t of `threads` takes. */
const share = (count: number, t: number, threads: number): number => Math.floor(count * t / threads);

/** A copying kernel whose planes are shared among the threads, where there is enough to copy. */
export function sharedCopy(b: Binding, kernel: 'copy1' | 'copy2' | 'add'): Copy {
  const { threads, fork } = b;
  const alone = b.kernels[kernel];
  if (threads === 1) return alone;
  const args = new Int32Array(threads * ARGUMENTS);
  return (from, to, planes, rows, width, fromPitch, toPitch, fromPlane, toPlane) => {
    if (planes < threads || planes * rows * width < WORTH_SHARING) {
      alone(from, to, planes, rows, width, fromPitch, toPitch, fromPlane, toPlane);
      return;
    }
    for (let t = 0, at = 0; t < threads; t++, at += ARGUMENTS) {
      const first = share(planes, t, threads);
      args[at] = from + first * fromPlane;
      args[at + 1] = to + first * toPlane;
      args[at + 2] = share(planes, t + 1, threads) - first;
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

/** `frame`, shared in the same way. */
export function sharedFrame(b: Binding): Kernels['frame'] {
  const { threads, fork } = b;
  const alone = b.kernels.frame;
  if (threads === 1) return alone;
  const args = new Int32Array(threads * ARGUMENTS);
  return (to, planes, plane, size, first, rows, width, pitch) => {
    if (planes < threads || planes * size < 4 * WORTH_SHARING) {
      alone(to, planes, plane, size, first, rows, width, pitch);
      return;
    }
    for (let t = 0, at = 0; t < threads; t++, at += ARGUMENTS) {
      const begin = share(planes, t, threads);
      args[at] = to + begin * plane;
      args[at + 1] = share(planes, t + 1, threads) - begin;
      args[at + 2] = plane;
      args[at + 3] = size;
      args[at + 4] = first;
      args[at + 5] = rows;
      args[at + 6] = width;
      args[at + 7] = pitch;
    }
    fork('frame', args);
  };
}

/** The program of one map, laid by rows where `pieces` are rows. */
export function sharedMap(b: Binding, { bounds }: Program, { by, parts, tile }: MapPieces, vectors: number): (input: number, output: number) => void {
  const { fork, kernels: { map } } = b;
  const [start, end] = bounds as [number, number];
  if (parts.length === 1) return (input, output) => { map(start, end, input, output, vectors, tile); };
  const pixels = by === 'pixels';
  const args = new Int32Array(parts.length * ARGUMENTS);
  parts.forEach(({ from, to }, k) => args.set([bounds[pixels ? 0 : k]!, bounds[pixels ? 1 : k + 1]!, 0, 0, pixels ? to - from : vectors, tile], k * ARGUMENTS));
  return (input, output) => {
    for (let k = 0, at = 0; k < parts.length; k++, at += ARGUMENTS) {
      const first = pixels ? 16 * parts[k]!.from : 0;
      args[at + 2] = input + first;
      args[at + 3] = output + first;
    }
    fork('map', args);
  };
}
