import type { ActivationKind, DType, SchemeKind, TensorData } from '../contract.js';

/** Place in the list = value of the enum in `../schema/bcr.proto`; place 0 is "unspecified", which is no legal value. */
const ELEMENTS: readonly DType[] = ['f32', 'f16', 'bf16', 'f64', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'bool'];
const ACTIVATIONS: readonly ActivationKind[] = ['relu', 'clip', 'leaky-relu', 'sigmoid', 'tanh', 'hard-sigmoid', 'hard-swish'];
const SCHEMES: readonly SchemeKind[] = ['dense', 'unstructured', 'filter', 'channel', 'pattern', 'block-punched', 'bcr'];

const numbersOf = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> =>
  Object.fromEntries(names.map((name, at) => [name, at + 1])) as Record<Name, number>;

export const ELEMENT: Readonly<Record<DType, number>> = /* @__PURE__ */ numbersOf(ELEMENTS);
export const ACTIVATION: Readonly<Record<ActivationKind, number>> = /* @__PURE__ */ numbersOf(ACTIVATIONS);
export const SCHEME: Readonly<Record<SchemeKind, number>> = /* @__PURE__ */ numbersOf(SCHEMES);

/** These take numbers that the rules have found to be legal. */
export const elementName = (value: number): DType => ELEMENTS[value - 1]!;
export const activationName = (value: number): ActivationKind => ACTIVATIONS[value - 1]!;
export const schemeName = (value: number): SchemeKind => SCHEMES[value - 1]!;

/** The element type of an index array. */
export const indexElement = (data: TensorData): DType =>
  data.BYTES_PER_ELEMENT === 1 ? 'u8' : data.BYTES_PER_ELEMENT === 2 ? 'u16' : 'u32';
