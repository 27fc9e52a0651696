import type { Outline } from '../container/outline.js';
import { quote } from '../error.js';
import { each, valuesOf } from './items.js';
import { firstTwice, isCount, MAX_RANK, nameFault } from './names.js';
import type { Rule } from './rule.js';

const LISTS = ['inputs', 'outputs', 'values'] as const;

export const VALUE_RULES: readonly Rule<Outline>[] = [
  each('value.name', valuesOf, ({ name }) => nameFault(name)),
  {
    code: 'value.duplicate',
    check: (model) => {
      for (const list of LISTS) {
        const twice = firstTwice(model[list].map((v) => v.name));
        if (twice !== undefined) return { expected: `different names in ${list}`, actual: `${quote(twice)} twice` };
      }
      return undefined;
    },
  },
  each('value.shape', valuesOf, ({ name, shape = [] }) => {
    if (shape.length > MAX_RANK) return { expected: `rank at most ${MAX_RANK}`, actual: `${shape.length} of ${quote(name)}` };
    const wrong = shape.find((d) => (typeof d === 'number' ? !isCount(d) : nameFault(d) !== undefined));
    return wrong === undefined ? undefined : { expected: 'a size or a name', actual: `${JSON.stringify(wrong)} in ${quote(name)}` };
  }),
  {
    code: 'value.type',
    check: (model) => {
      const types = new Map<string, string>();
      for (const [, { name, dtype }] of valuesOf(model)) {
        const other = types.get(name);
        if (other !== undefined && other !== dtype) return { expected: `${other} for ${quote(name)}`, actual: dtype };
        types.set(name, dtype);
      }
      return undefined;
    },
  },
];
