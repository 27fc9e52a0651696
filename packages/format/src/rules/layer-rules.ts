import type { Outline } from '../container/outline.js';
import type { Layer } from '../contract.js';
import { type ErrorDetails, quote } from '../error.js';
import { firstTwice, isCount, MAX_NAME, nameFault } from './names.js';
import type { Rule } from './rule.js';

/** A rule over every layer; `fault` says what is expected and found. */
const each = (code: string, says: string, fault: (layer: Outline<Layer>) => ErrorDetails | undefined): Rule<Outline> => ({
  code, says,
  check: ({ layers }) => {
    for (const layer of layers) {
      const found = fault(layer);
      if (found !== undefined) return { layer: layer.name, ...found };
    }
    return undefined;
  },
});

/** The first of `names` that is none. */
function wrongName(names: readonly string[]): ErrorDetails | undefined {
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) return { expected: fault, actual: quote(name) };
  }
  return undefined;
}

const given = (names: readonly string[]): readonly string[] => names.filter((name) => name !== '');

export const LAYER_RULES: readonly Rule<Outline>[] = [
  each('layer.name', `A layer has a name of at most ${MAX_NAME} characters, without NUL.`, ({ name }) => wrongName([name])),
  {
    code: 'layer.duplicate',
    says: 'No two layers have the same name.',
    check: ({ layers }) => {
      const twice = firstTwice(layers.map(({ name }) => name));
      return twice === undefined ? undefined : { layer: twice };
    },
  },
  each('layer.operator', 'An operator is a word of letters, digits, `_`, `.` and `-`.', ({ operator }) =>
    (/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(operator) ? undefined : { expected: 'a word', actual: quote(operator) })),
  each('layer.domain', 'A domain is empty or a name.', ({ domain }) => wrongName(given([domain]))),
  each('layer.inputs', 'Inputs are names, or empty where an optional one is left out.', ({ inputs }) => wrongName(given(inputs))),
  each('layer.outputs', 'Outputs are names or empty, and at least one is a name.', ({ outputs }) =>
    (given(outputs).length === 0 ? { expected: 'an output', actual: 'none' } : wrongName(given(outputs)))),
  each('layer.origin', 'The nodes that a layer was made from are names.', ({ origin }) => wrongName(origin ?? [])),
  each('attribute.name', `An attribute has a name of at most ${MAX_NAME} characters, without NUL.`, ({ attributes }) => wrongName([...attributes.keys()])),
  each('activation.range', 'Numbers of an activation are no NaN, and the low bound of a clip is not above the high one.', ({ activation }) => {
    if (activation === undefined) return undefined;
    const { kind, alpha = 0, beta = 0 } = activation;
    if (Number.isNaN(alpha) || Number.isNaN(beta)) return { expected: 'numbers', actual: 'NaN' };
    const crossed = kind === 'clip' && activation.alpha !== undefined && activation.beta !== undefined && alpha > beta;
    return crossed ? { expected: `low <= high`, actual: `${alpha} > ${beta}` } : undefined;
  }),
  each('tuning.range', 'Tiles and unrolls are 1 or more; kernel and permute are names.', ({ tuning }) => {
    if (tuning === undefined) return undefined;
    const wrong = [...(tuning.tile ?? []), ...(tuning.unroll ?? [])].find((n) => !isCount(n) || n < 1);
    if (wrong !== undefined) return { expected: '1 or more', actual: `${wrong}` };
    return wrongName([tuning.kernel, tuning.permute].filter((name) => name !== undefined));
  }),
];
