import { dense, type Model } from '@fretwork/format';
import { penalise, TRAINER_API, type Evaluation, type Penalty, type Trainer } from '../src/index.js';
import { modelOf } from './models.js';
import { normal, random, type Random } from './random.js';

type Weights = Record<'w1' | 'b1' | 'w2' | 'b2', Float32Array>;
interface Data { readonly x: Float32Array; readonly label: Uint8Array }
const [I, H, C] = [24, 48, 6];
const NAMES = ['w1', 'b1', 'w2', 'b2'] as const;
const SHAPES = { w1: [H, I], b1: [H], w2: [C, H], b2: [C] };

const drawn = (next: Random, size: number, scale: number): Float32Array => Float32Array.from({ length: size }, () => scale * normal(next));
const drawnWeights = (next: Random, gain = 1): Weights =>
  ({ w1: drawn(next, H * I, gain * Math.sqrt(2 / I)), b1: drawn(next, H, 0.1), w2: drawn(next, C * H, gain * Math.sqrt(1 / H)), b2: drawn(next, C, 0.1) });

/** Hidden values and class probabilities of one input. */
function forward(w: Weights, x: Float32Array, h: Float64Array, p: Float64Array): void {
  for (let j = 0; j < H; j++) {
    let sum = w.b1[j]!;
    for (let i = 0; i < I; i++) sum += w.w1[j * I + i]! * x[i]!;
    h[j] = Math.max(0, sum);
  }
  let total = 0;
  for (let c = 0; c < C; c++) {
    let sum = w.b2[c]!;
    for (let j = 0; j < H; j++) sum += w.w2[c * H + j]! * h[j]!;
    total += p[c] = Math.exp(sum);
  }
  for (let c = 0; c < C; c++) p[c] = p[c]! / total;
}

/** Inputs that hang together (a mixture of 10 sources), labelled by a network that is not the one trained; 7 inputs are noise. */
function drawnData(seed: number, count: number): Data {
  const teacher = drawnWeights(random(99), 2);
  for (let j = 0; j < H; j++) teacher.w1.fill(0, j * I + I - 7, (j + 1) * I);
  const mix = drawn(random(98), I * 10, 0.4);
  const next = random(seed);
  const [x, label, h, p] = [new Float32Array(count * I), new Uint8Array(count), new Float64Array(H), new Float64Array(C)];
  for (let n = 0; n < count; n++) {
    const source = drawn(next, 10, 1);
    for (let i = 0; i < I; i++) x[n * I + i] = 0.3 * normal(next) + source.reduce((sum, s, k) => sum + s * mix[i * 10 + k]!, 0);
    forward(teacher, x.subarray(n * I), h, p);
    label[n] = p.indexOf(Math.max(...p));
  }
  return { x, label };
}

const DATA = drawnData(1, 768);
const HELD_OUT = drawnData(2, 1024);

/** A two-layer network with its exact gradient and momentum, as small as a `Trainer` can be. */
export function twoLayer(seed: number, start: Weights = drawnWeights(random(seed))): Trainer & { readonly weights: Weights } {
  const w = start;
  const teacher = structuredClone(start);
  let [velocity, epoch, place] = [NAMES.map((n) => new Float32Array(w[n].length)), 0, 0];
  let [order, orderOf]: [readonly number[], number] = [[], -1];
  let masks: ReadonlyMap<string, Uint8Array> = new Map();
  let penalties: ReadonlyMap<string, Penalty> = new Map();
  const [h, p, q, th, dh] = [new Float64Array(H), new Float64Array(C), new Float64Array(C), new Float64Array(H), new Float64Array(H)];
  const zero = (): void => NAMES.forEach((n, k) => masks.get(n)?.forEach((keep, i) => { if (keep === 0) w[n][i] = velocity[k]![i] = 0; }));

  /** One batch of 32 of this epoch's order; returns loss and penalty. */
  function batch(learningRate: number, distillation: number): [number, number] {
    if (orderOf !== epoch) {
      const next = random(seed * 1000 + epoch);
      order = Array.from(DATA.label, (_, i) => [next(), i] as const).sort((a, b) => a[0] - b[0]).map(([, i]) => i);
      orderOf = epoch;
    }
    const grads = NAMES.map((n) => new Float32Array(w[n].length)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    let loss = 0;
    for (const n of order.slice(place, place + 32)) {
      const x = DATA.x.subarray(n * I, (n + 1) * I);
      forward(w, x, h, p);
      if (distillation > 0) forward(teacher, x, th, q);
      dh.fill(0);
      for (let c = 0; c < C; c++) {
        const wanted = distillation * q[c]! + (1 - distillation) * (c === DATA.label[n] ? 1 : 0);
        if (wanted > 0) loss -= wanted * Math.log(p[c]!) / 32;
        const d = (p[c]! - wanted) / 32;
        grads[3][c] = grads[3][c]! + d;
        for (let j = 0; j < H; j++) {
          grads[2][c * H + j] = grads[2][c * H + j]! + d * h[j]!;
          dh[j] = dh[j]! + d * w.w2[c * H + j]!;
        }
      }
      for (let j = 0; j < H; j++) {
        if (h[j] === 0) continue;
        grads[1][j] = grads[1][j]! + dh[j]!;
        for (let i = 0; i < I; i++) grads[0][j * I + i] = grads[0][j * I + i]! + dh[j]! * x[i]!;
      }
    }
    let penalty = 0;
    NAMES.forEach((n, k) => {
      const pull = penalties.get(n);
      if (pull !== undefined) penalty += penalise(pull, w[n], grads[k]!);
      for (let i = 0; i < w[n].length; i++) {
        velocity[k]![i] = 0.9 * velocity[k]![i]! + grads[k]![i]!;
        w[n][i] = w[n][i]! - 0.05 * learningRate * velocity[k]![i]!;
      }
    });
    zero();
    place += 32;
    if (place >= DATA.label.length) [place, epoch] = [0, epoch + 1];
    return [loss, penalty];
  }

  return {
    weights: w,
    apiVersion: TRAINER_API,
    parameters: new Map(Object.entries(SHAPES)),
    read: async (names = NAMES) => new Map(names.map((n) => [n, w[n as keyof Weights].slice()])),
    write: async (values) => { for (const [n, v] of values) w[n as keyof Weights].set(v); zero(); },
    setMasks: async (given) => { masks = structuredClone(given); zero(); },
    setPenalties: async (given) => { penalties = structuredClone(given); },
    step: async ({ unit, count, learningRate, distillation, signal }) => {
      const batches = unit === 'batch' ? count : count * (DATA.label.length / 32);
      let [loss, penalty] = [0, 0];
      for (let b = 0; b < batches; b++) {
        signal?.throwIfAborted();
        const [l, r] = batch(learningRate, distillation);
        loss += l / batches;
        penalty += r / batches;
      }
      return { batches, loss, penalty };
    },
    evaluate: async () => evaluate(w),
    checkpoint: async () => new TextEncoder().encode(JSON.stringify([NAMES.map((n) => [...w[n]]), velocity.map((v) => [...v]), epoch, place])),
    restore: async (bytes) => {
      const [values, v, e, at] = JSON.parse(new TextDecoder().decode(bytes)) as [number[][], number[][], number, number];
      NAMES.forEach((n, k) => w[n].set(values[k]!));
      [velocity, epoch, place] = [v.map((one) => Float32Array.from(one)), e, at];
    },
    dispose: async () => {},
  };
}

function evaluate(w: Weights): Evaluation {
  let [loss, right] = [0, 0];
  const [h, p] = [new Float64Array(H), new Float64Array(C)];
  HELD_OUT.label.forEach((label, n) => {
    forward(w, HELD_OUT.x.subarray(n * I), h, p);
    loss -= Math.log(p[label]!) / HELD_OUT.label.length;
    if (p[label] === Math.max(...p)) right++;
  });
  return { loss, accuracy: right / HELD_OUT.label.length };
}

/** The accuracy of a model of the same network, as a user would measure it. */
export const accuracyOf = (values: (name: string) => Float32Array): number =>
  evaluate(Object.fromEntries(NAMES.map((n) => [n, values(n)])) as Weights).accuracy;

/** A trained network: its model, and makers of trainers that start from it. */
export async function trainedTwoLayer(seed: number): Promise<{ model: Model; trainer: () => ReturnType<typeof twoLayer> }> {
  const first = twoLayer(seed);
  await first.step({ unit: 'epoch', count: 30, learningRate: 1, distillation: 0 });
  await first.step({ unit: 'epoch', count: 10, learningRate: 0.1, distillation: 0 });
  const model = modelOf(
    [{ name: 'in', operator: 'Gemm', weights: ['w1', 'b1'], attributes: { transB: 1 } }, { name: 'relu', operator: 'Relu' },
      { name: 'out', operator: 'Gemm', weights: ['w2', 'b2'], attributes: { transB: 1 } }],
    Object.fromEntries(NAMES.map((n) => [n, dense('f32', SHAPES[n], first.weights[n].slice())])),
  );
  return { model, trainer: () => twoLayer(seed + 1, structuredClone(first.weights)) };
}
