import type { Dataset } from './contract.js';
import { DatasetError } from './error.js';
import { random, type Random } from './random.js';
import { SHAPE_CLASSES, type ShapeClass } from './shape-classes.js';

export interface ShapesOptions {
  /** Any whole number. The same seed gives the same images: only operations that IEEE 754 fixes are used. */
  readonly seed: number;
  /** Number of images. The first images of a larger set are those of a smaller one. */
  readonly count: number;
  /** Side in pixels: 16 gives grey images [1, 16, 16], 32 coloured ones [3, 32, 32]. */
  readonly size: 16 | 32;
}

const CHANNELS = { 16: 1, 32: 3 } as const;
/** Each pixel is sampled at 3x3 points. */
const POINTS = 3;
/** Least distance of shape and background in grey, of 255. */
const CONTRAST = 70;
const NOISE = 10;

/**
 * A data set drawn in code: one of eight shapes at a random place, size and angle, lighter or darker than its
 * background, under noise. Inputs are u8 `[count, 1, 16, 16]` or `[count, 3, 32, 32]`; every eight images hold each
 * class once. Classes differ in form alone, so a linear classifier stays near chance. Take training and test images
 * from different seeds. Throws `shapes.option`.
 */
export function shapes({ seed, count, size }: ShapesOptions): Dataset {
  const channels: number | undefined = CHANNELS[size];
  if (channels === undefined) throw new DatasetError('shapes.option', { expected: 'size 16 or 32', actual: `${size}` });
  const samples = count * (channels * size * size);
  if (!Number.isSafeInteger(count) || count < 0 || samples > 2 ** 32) throw new DatasetError('shapes.option', { expected: 'a whole count, at most 4 GiB of pixels', actual: `${count}` });
  if (!Number.isSafeInteger(seed)) throw new DatasetError('shapes.option', { expected: 'a whole number as seed', actual: `${seed}` });
  const data = new Uint8Array(samples);
  const labels = new Int32Array(count);
  let order: readonly number[] = [];
  for (let i = 0; i < count; i++) {
    const within = i % SHAPE_CLASSES.length;
    // Even streams order the classes, odd ones draw.
    if (within === 0) order = shuffled(SHAPE_CLASSES.length, random(seed, 2 * i));
    labels[i] = order[within]!;
    const step = channels * size * size;
    draw(data.subarray(i * step, (i + 1) * step), SHAPE_CLASSES[order[within]!]!, size, random(seed, 2 * i + 1));
  }
  return { inputs: { dtype: 'u8', shape: [count, channels, size, size], data }, labels, classes: SHAPE_CLASSES.map((row) => row.name) };
}

function shuffled(n: number, source: Random): readonly number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = source.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function draw(pixels: Uint8Array, shape: ShapeClass, size: number, source: Random): void {
  const radius = size * source.between(0.28, 0.44);
  // The shape's middle may lie so far out that its tips just stay inside.
  const room = size / 2 - radius;
  const x = size / 2 + room * source.between(-1, 1);
  const y = size / 2 + room * source.between(-1, 1);
  const [cos, sin] = direction(source);
  const plane = size * size;
  const colours = Array.from({ length: pixels.length / plane }, () => twoGreys(source));
  for (let p = 0; p < plane; p++) {
    const share = covered(shape, (p % size) - x, Math.floor(p / size) - y, cos / radius, sin / radius);
    colours.forEach(([back, front], c) => {
      // Storing in a Uint8Array wraps around; noise must not.
      pixels[c * plane + p] = Math.min(255, Math.max(0, Math.round(back + (front - back) * share + NOISE * source.bell())));
    });
  }
}

/** Share of the pixel whose corner is (dx, dy) from the middle that lies in the shape, turned by the angle of (cos, sin). */
function covered(shape: ShapeClass, dx: number, dy: number, cos: number, sin: number): number {
  let hits = 0;
  for (let k = 0; k < POINTS * POINTS; k++) {
    const px = dx + ((k % POINTS) + 0.5) / POINTS;
    const py = dy + (Math.floor(k / POINTS) + 0.5) / POINTS;
    if (shape.inside(px * cos + py * sin, py * cos - px * sin)) hits++;
  }
  return hits / (POINTS * POINTS);
}

/** A uniformly random direction as (cos, sin). Math.cos may differ between engines in its last bit; square roots may not. */
function direction(source: Random): readonly [number, number] {
  for (;;) {
    const a = source.between(-1, 1);
    const b = source.between(-1, 1);
    const length = Math.sqrt(a * a + b * b);
    if (length > 0.1 && length <= 1) return [a / length, b / length];
  }
}

/** Background and shape, `CONTRAST` or more apart, either one lighter. */
function twoGreys(source: Random): readonly [number, number] {
  for (;;) {
    const back = source.between(20, 235);
    const front = source.between(20, 235);
    if (Math.abs(front - back) >= CONTRAST) return [back, front];
  }
}
