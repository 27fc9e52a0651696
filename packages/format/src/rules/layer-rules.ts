import type { Outline } from '../container/outline.js';
import type { Layer } from '../contract.js';
import { type ErrorDetails, quote } from '../error.js';
import { firstTwice, isCount, nameFault } from './names.js';
import type { Rule } from './rule.js';

/** A rule over every layer; `fault` says what is expected and found. */
const each = (code: string, fault: (layer: Outline<Layer>) => ErrorDetails | undefined): Rule<Outline> => ({
  code,
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
  each('layer.name', ({ name }) => wrongName([name])),
  {
    code: 'layer.duplicate',
    check: ({ layers }) => {
      const twice = firstTwice(layers.map(({ name }) => name));
      return twice === undefined ? undefined : { layer: twice, expected: 'a new name', actual: 'one taken' };
    },
  },
  each('layer.operator', ({ operator }) =>
    (/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(operator) ? undefined : { expected: 'a word', actual: quote(operator) })),
  each('layer.domain', ({ domain }) => wrongName(given([domain]))),
  each('layer.inputs', ({ inputs }) => wrongName(given(inputs))),
  each('layer.outputs', ({ outputs }) =>
    (given(outputs).length === 0 ? { expected: 'an output', actual: 'none' } : wrongName(given(outputs)))),
  each('layer.origin', ({ origin }) => wrongName(origin ?? [])),
  each('attribute.name', ({ attributes }) => wrongName([...attributes.keys()])),
  each('activation.range', ({ activation }) => {
    if (activation === undefined) return undefined;
    const { kind, alpha = 0, beta = 0 } = activation;
    if (Number.isNaN(alpha) || Number.isNaN(beta)) return { expected: 'numbers', actual: 'NaN' };
    const crossed = kind === 'clip' && activation.alpha !== undefined && activation.beta !== undefined && alpha > beta;
    return crossed ? { expected: `low <= high`, actual: `${alpha} > ${beta}` } : undefined;
  }),
  each('tuning.range', ({ tuning }) => {
    if (tuning === undefined) return undefined;
    const wrong = [...(tuning.tile ?? []), ...(tuning.unroll ?? [])].find((n) => !isCount(n) || n < 1);
    if (wrong !== undefined) return { expected: '1 or more', actual: `${wrong}` };
    return wrongName([tuning.kernel, tuning.permute].filter((name) => name !== undefined));
  }),
];
