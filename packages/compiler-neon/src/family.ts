/** Element types that values have in code: one row each. */
import type { BackendOptions, Call } from '@fretwork/compiler';
import type { ElementType } from './contract.js';

/** Of values. What is computed on bytes makes floats of them again. */
export type FloatType = 'f32' | 'f16';

export interface Family {
  readonly type: FloatType;
  /** Elements of a vector register, and bytes of an element. */
  readonly lanes: 4 | 8;
  readonly bytes: 4 | 2;
  /** Vectors of four that one register is: tiles are planned in vectors. */
  readonly scale: 1 | 2;
  /** How C text that was written for float32 reads. */
  readonly text: (text: string) => string;
}

/** Half storage and half arithmetic: pointers and vectors change, single floats do not; what C computes itself, it computes in float. */
const inHalves = (text: string): string => text
  .replaceAll('vst1q_f32(to + i, vld1q_f32(row))', 'vst1_f16(to + i, vld1_f16(row))')
  .replaceAll('vst1q_f32(to + i, vld2q_f32(row).val[0])', 'vst1_f16(to + i, vld2_f16(row).val[0])')
  .replaceAll('vaddq_f32(a, vld1q_f32(x + i))', 'vaddq_f32(a, vcvt_f32_f16(vld1_f16(x + i)))')
  .replaceAll('sw == 1 ? vld1q_f32(row) : vld2q_f32(row).val[0]', 'vcvt_f32_f16(sw == 1 ? vld1_f16(row) : vld2_f16(row).val[0])')
  .replaceAll('vst1q_f32(y + j, v)', 'vst1_f16(y + j, vcvt_f16_f32(v))')
  .replace(/\bfloat (?=\*)/g, 'float16_t ').replaceAll('sizeof(float)', 'sizeof(float16_t)');

export const FAMILIES: Readonly<Record<FloatType, Family>> = {
  f32: { type: 'f32', lanes: 4, bytes: 4, scale: 1, text: (text) => text },
  f16: { type: 'f16', lanes: 8, bytes: 2, scale: 2, text: inHalves },
};

export const familyFor = (type: ElementType): Family => FAMILIES[type === 'f16' ? 'f16' : 'f32'];

/** What a call is told besides what the compiler knows. */
export interface NeonCallOptions extends BackendOptions {
  readonly type: ElementType;
}

const typeOf = ({ options }: Call): ElementType => (options as Partial<NeonCallOptions>).type ?? 'f32';

export const familyOf = (call: Call): Family => familyFor(typeOf(call));

/** Are products with constant weights done on bytes? */
export const isOfBytes = (call: Call): boolean => typeOf(call) === 'i8';
