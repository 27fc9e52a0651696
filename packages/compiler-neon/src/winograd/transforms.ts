/**
 * Winograd's F(4x4, 3x3): 36 multiplications for 16 outputs of a 3x3 kernel, where the direct way takes 144. The transforms are
 * those of Toom and Cook through 0, ±3/4, ±3/2 and infinity. All constants are exact floats, and results are nearer to exact ones
 * than through the usual 0, ±1, ±2 (tests hold both against float64).
 *
 *     outputs = A' ( (G g G') · (B' d B) ) A        d: 6x6 inputs, g: 3x3 weights
 */

/** The finite points besides 0: ±NEAR, ±FAR. */
const NEAR = 0.75;
const FAR = 1.5;

/** Of a tile, in one dimension. */
export const INPUTS = 6;
export const OUTPUTS = 4;

/** Products per tile. */
export const PRODUCTS = 36;

const points: readonly number[] = [0, NEAR, -NEAR, FAR, -FAR];

/** G: `[6][3]`, weights of one dimension to its six points. */
const G: readonly (readonly number[])[] = [
  ...points.map((point, i) => {
    const over = points.reduce((all, other, j) => (i === j ? all : all * (point - other)), 1);
    return [1 / over, point / over, (point * point) / over];
  }),
  [0, 0, 1],
];

/** `g` `[rows x channels][3][3]` to 36 matrices `[rows x channels]`, in float64 up to the last rounding. */
export function transformWeights(g: ArrayLike<number>, count: number): readonly Float32Array[] {
  const out = Array.from({ length: PRODUCTS }, () => new Float32Array(count));
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < INPUTS; a++) {
      for (let b = 0; b < INPUTS; b++) {
        let sum = 0;
        for (let y = 0; y < 3; y++) for (let x = 0; x < 3; x++) sum += G[a]![y]! * G[b]![x]! * g[9 * i + 3 * y + x]!;
        out[INPUTS * a + b]![i] = sum;
      }
    }
  }
  return out;
}

/** C statements over vectors `d0`..`d5` that declare `t0`..`t5`: B' of one dimension, 12 instructions. */
export function inputLines(): string[] {
  const [a, b] = [NEAR, FAR];
  const both = a * a + b * b;
  const less = (x: string, y: string, factor: number): string => `vfmaq_n_f32(${x}, ${y}, ${c(-factor)})`;
  return [
    `const float32x4_t e = ${less('d4', 'd2', b * b)}, o = ${less('d3', 'd1', b * b)}, f = ${less('d4', 'd2', a * a)}, p = ${less('d3', 'd1', a * a)};`,
    `const float32x4_t t0 = vfmaq_n_f32(${less('d4', 'd2', both)}, d0, ${c(a * a * b * b)}), t5 = vfmaq_n_f32(${less('d5', 'd3', both)}, d1, ${c(a * a * b * b)});`,
    `const float32x4_t t1 = vfmaq_n_f32(e, o, ${c(a)}), t2 = ${less('e', 'o', a)}, t3 = vfmaq_n_f32(f, p, ${c(b)}), t4 = ${less('f', 'p', b)};`,
  ];
}

/** C statements over vectors `m0`..`m5` that declare `o0`..`o3`: A' of one dimension, 12 instructions. */
export function outputLines(): string[] {
  const [a, b] = [NEAR, FAR];
  const mix = (x: string, y: string, power: number): string => `vfmaq_n_f32(vmulq_n_f32(${x}, ${c(a ** power)}), ${y}, ${c(b ** power)})`;
  return [
    'const float32x4_t e = vaddq_f32(m1, m2), o = vsubq_f32(m1, m2), f = vaddq_f32(m3, m4), p = vsubq_f32(m3, m4);',
    `const float32x4_t o0 = vaddq_f32(m0, vaddq_f32(e, f)), o1 = ${mix('o', 'p', 1)}, o2 = ${mix('e', 'f', 2)}, o3 = vaddq_f32(m5, ${mix('o', 'p', 3)});`,
  ];
}

/** Every constant is exact in float32, and short. */
const c = (value: number): string => `${value}f`;
