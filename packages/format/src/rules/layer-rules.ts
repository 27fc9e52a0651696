import type { Outline } from '../container/outline.js';
import { type ErrorDetails, quote } from '../error.js';
import { each, layersOf } from './items.js';
import { firstTwice, isCount, nameFault } from './names.js';
import type { Rule } from './rule.js';

/** The first of `names` that is none. */
const wrongName = (names: readonly string[]): ErrorDetails | undefined => names.map(nameFault).find((fault) => fault !== undefined);

const given = (names: readonly string[]): readonly string[] => names.filter((name) => name !== '');

export const LAYER_RULES: readonly Rule<Outline>[] = [
  each('layer.name', layersOf, ({ name }) => nameFault(name)),
  {
    code: 'layer.duplicate',
    check: ({ layers }) => {
      const twice = firstTwice(layers.map(({ name }) => name));
      return twice === undefined ? undefined : { layer: twice, expected: 'a new name', actual: 'one taken' };
    },
  },
  each('layer.operator', layersOf, ({ operator }) =>
    (/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(operator) ? undefined : { expected: 'a word', actual: quote(operator) })),
  each('layer.domain', layersOf, ({ domain }) => wrongName(given([domain]))),
  each('layer.inputs', layersOf, ({ inputs }) => wrongName(given(inputs))),
  each('layer.outputs', layersOf, ({ outputs }) =>
    (given(outputs).length === 0 ? { expected: 'an output', actual: 'none' } : wrongName(given(outputs)))),
  each('layer.origin', layersOf, ({ origin }) => wrongName(origin ?? [])),
  each('attribute.name', layersOf, ({ attributes }) => wrongName([...attributes.keys()])),
  each('activation.range', layersOf, ({ activation }) => {
    if (activation === undefined) return undefined;
    const { kind, alpha = 0, beta = 0 } = activation;
    if (Number.isNaN(alpha) || Number.isNaN(beta)) return { expected: 'numbers', actual: 'NaN' };
    const crossed = kind === 'clip' && activation.alpha !== undefined && activation.beta !== undefined && alpha > beta;
    return crossed ? { expected: `low <= high`, actual: `${alpha} > ${beta}` } : undefined;
  }),
  each('tuning.range', layersOf, ({ tuning }) => {
    if (tuning === undefined) return undefined;
    const wrong = [...(tuning.tile ?? []), ...(tuning.unroll ?? [])].find((n) => !isCount(n) || n < 1);
    if (wrong !== undefined) return { expected: '1 or more', actual: `${wrong}` };
    return wrongName([tuning.kernel, tuning.permute].filter((name) => name !== undefined));
  }),
];
