import type { ActivationKind, DType, SchemeKind, TensorData } from '../contract.js';
import { DTYPES } from '../dtype.js';

/** The fields that each scheme has, beside its kind. */
export const SCHEME_FIELDS: Readonly<Record<SchemeKind, readonly string[]>> = {
  dense: [],
  unstructured: ['rate'],
  filter: ['rate'],
  channel: ['rate'],
  pattern: ['rate', 'keep', 'patterns'],
  'block-punched': ['rate', 'blockFilters', 'blockChannels'],
  bcr: ['rate', 'blockRows', 'blockColumns', 'rowShare'],
};

/** Place in the list = value of the enum in `../schema/bcr.proto`, which has the order of these tables; place 0 is "unspecified", which is no legal value. */
const ELEMENTS = Object.keys(DTYPES) as readonly DType[];
const ACTIVATIONS: readonly ActivationKind[] = ['relu', 'clip', 'leaky-relu', 'sigmoid', 'tanh', 'hard-sigmoid', 'hard-swish'];
const SCHEMES = Object.keys(SCHEME_FIELDS) as readonly SchemeKind[];

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
