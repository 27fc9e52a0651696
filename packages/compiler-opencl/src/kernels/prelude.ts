import type { Activation } from '@fretwork/format';
import type { StorageType } from '../contract.js';
import { WIDEST } from './manifest.js';

/** What the OpenCL compiler is told. */
export const BUILD_OPTIONS: Readonly<Record<StorageType, string>> = {
  'f32': '-cl-std=CL1.2 -cl-mad-enable -DFW_STORED_BITS=32 -DFW_REAL_BITS=32',
  'f16-storage': '-cl-std=CL1.2 -cl-mad-enable -DFW_STORED_BITS=16 -DFW_REAL_BITS=32',
  'f16': '-cl-std=CL1.2 -cl-mad-enable -DFW_STORED_BITS=16 -DFW_REAL_BITS=16',
};

/** Bytes of an element in memory. */
export const storedBytes = (type: StorageType): number => (type === 'f32' ? 4 : 2);

/** Activations: the words that kernels have for them, their expressions, and what they take for alpha and beta where the layer says nothing. */
const ACTIVATIONS: Readonly<Record<Activation['kind'], { readonly word: string; readonly of: (zero: string, one: string, n: number) => string; readonly alpha?: number; readonly beta?: number }>> = {
  'relu': { word: 'relu', of: (zero, _, n) => `most${n}(v, ${zero})` },
  'clip': { word: 'clip', of: (zero, _, n) => `least${n}(most${n}(v, ${zero} + R(alpha)), ${zero} + R(beta))`, alpha: -3e38, beta: 3e38 },
  'leaky-relu': { word: 'leaky', of: (zero, _, n) => `most${n}(v, ${zero}) + R(alpha) * least${n}(v, ${zero})`, alpha: 0.01 },
  'sigmoid': { word: 'sigmoid', of: (_, one) => `${one} / (${one} + exp(-v))` },
  'tanh': { word: 'tanh', of: () => 'tanh(v)' },
  'hard-sigmoid': { word: 'hardsigmoid', of: (zero, one, n) => `most${n}(${zero}, least${n}(${one}, R(alpha) * v + R(beta)))`, alpha: 0.2, beta: 0.5 },
  'hard-swish': { word: 'hardswish', of: (zero, one, n) => `v * most${n}(${zero}, least${n}(${one}, v * R(1.0f / 6.0f) + R(0.5f)))` },
};

/** An activation as kernels know it: it is part of their text, its two numbers are their last arguments. */
export interface KernelActivation {
  /** Part of the kernel's name; `''`: none. */
  readonly word: string;
  readonly alpha: number;
  readonly beta: number;
}

export const NO_ACTIVATION: KernelActivation = { word: '', alpha: 0, beta: 0 };

/** Bounds become finite, so that they can be written down. */
export function kernelActivation(activation: Activation | undefined): KernelActivation {
  if (activation === undefined) return NO_ACTIVATION;
  const { word, alpha = 0, beta = 0 } = ACTIVATIONS[activation.kind];
  const finite = (value: number): number => Math.max(-3e38, Math.min(3e38, value));
  return { word, alpha: finite(activation.alpha ?? alpha), beta: finite(activation.beta ?? beta) };
}

/** The expression of vector `v` of `width` numbers, activated. */
export const activated = (word: string, width: number, v: string): string => (word === '' ? v : `${word}${width}(${v}, alpha, beta)`);

/** Widths of vectors that kernels use. */
const WIDTHS = [1, 2, 4, 8, WIDEST];

/** The type of `width` numbers. */
export const real = (width: number): string => (width === 1 ? 'REAL' : `REAL${width}`);

/** The expression of element `i` of vector `v`. */
export const lane = (v: string, width: number, i: number): string => (width === 1 ? v : `${v}.s${i.toString(16)}`);

const activations = (width: number): string => Object.values(ACTIVATIONS).map(({ word, of }) =>
  `static ${real(width)} ${word}${width}(${real(width)} v, float alpha, float beta) { return ${of(`(${real(width)})(R(0))`, `(${real(width)})(R(1))`, width)}; }`).join('\n');

/** The larger and the smaller of two numbers; NaN where one is NaN, which fmax and fmin would let vanish. */
const extremes = (width: number): string => [['most', '>'], ['least', '<']].map(([name, than]) =>
  `static ${real(width)} ${name}${width}(${real(width)} a, ${real(width)} b) { return ${width === 1 ? `a ${than} b || a != a ? a : b` : `select(b, a, (a ${than} b) | (a != a))`}; }`).join('\n');

/** Stores elements \`skip\` and later, \`step\` apart. */
const put = (width: number): string => `static void put${width}(${real(width)} v, __global STORED *y, int step, int skip) {
${Array.from({ length: width }, (_, i) => `  if (skip <= ${i}) STORE(${lane('v', width, i)}, y + ${i} * step);`).join('\n')}
}`;

const access = (prefix: string, load: (width: number) => string, store: (width: number) => string): string => WIDTHS.map((width) =>
  `#define ${prefix}LOAD${width === 1 ? '' : width}(p) ${load(width)}\n${prefix === '' ? `#define STORE${width === 1 ? '' : width}(v, p) ${store(width)}\n` : ''}`).join('');

const n = (width: number): string => (width === 1 ? '' : String(width));

/** What all kernels begin with: types, loads and stores, activations. */
export const prelude = (): string => `/* REAL is what is computed with, STORED what lies in memory: float or half, by the options of the build. */
#if FW_REAL_BITS == 16
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
typedef half REAL;
${WIDTHS.slice(1).map((width) => `typedef half${width} REAL${width};`).join(' ')}
#else
typedef float REAL;
${WIDTHS.slice(1).map((width) => `typedef float${width} REAL${width};`).join(' ')}
#endif
#if FW_STORED_BITS == 16
typedef half STORED;
#else
typedef float STORED;
#endif
#define R(x) ((REAL)(x))
/* One instruction where the device has one; mad is two on some that do. */
#pragma OPENCL FP_CONTRACT ON
#define MAD(a, b, c) ((a) * (b) + (c))
#if FW_STORED_BITS == FW_REAL_BITS
${access('', (width) => (width === 1 ? '(*(p))' : `vload${width}(0, p)`), (width) => (width === 1 ? '(*(p) = (v))' : `vstore${width}(v, 0, p)`))}/* Four elements whose place is a multiple of four, in one load. */
#define ALIGNED4(space, p) (*(space const REAL4 *)(p))
#else
${access('', (width) => `vload_half${n(width)}(0, p)`, (width) => `vstore_half${n(width)}(v, 0, p)`)}#define ALIGNED4(space, p) vloada_half4(0, p)
#endif
/* Checkers that know no images are told to read their texels from memory. */
#ifdef FW_TEXELS_IN_MEMORY
#define TEXELS __global const STORED *
#define TEXELS4(image, i) LOAD4((image) + 4 * (i))
#define TEXELS8(image, i) LOAD8((image) + 4 * (i))
#define TEXELS16(image, i) LOAD16((image) + 4 * (i))
#else
#define TEXELS __read_only image1d_buffer_t
#if FW_REAL_BITS == 16
#define TEXELS4(image, i) read_imageh(image, i)
#else
#define TEXELS4(image, i) read_imagef(image, i)
#endif
#define TEXELS8(image, i) ((REAL8)(TEXELS4(image, i), TEXELS4(image, (i) + 1)))
#define TEXELS16(image, i) ((REAL16)(TEXELS4(image, i), TEXELS4(image, (i) + 1), TEXELS4(image, (i) + 2), TEXELS4(image, (i) + 3)))
#endif
${WIDTHS.map(extremes).join('\n')}
${WIDTHS.map(activations).join('\n')}
${WIDTHS.map(put).join('\n')}
`;
