import type { Outline } from '../container/outline.js';
import type { ValueInfo } from '../contract.js';
import { quote } from '../error.js';
import { firstTwice, isCount, MAX_RANK, nameFault } from './names.js';
import type { Rule } from './rule.js';

const LISTS = ['inputs', 'outputs', 'values'] as const;

const declared = (model: Outline): readonly ValueInfo[] => LISTS.flatMap((list) => [...model[list]]);

export const VALUE_RULES: readonly Rule<Outline>[] = [
  {
    code: 'value.name',
    check: (model) => {
      for (const { name } of declared(model)) {
        const fault = nameFault(name);
        if (fault !== undefined) return { expected: fault, actual: quote(name) };
      }
      return undefined;
    },
  },
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
  {
    code: 'value.shape',
    check: (model) => {
      for (const { name, shape } of declared(model)) {
        if (shape === undefined) continue;
        if (shape.length > MAX_RANK) return { expected: `rank at most ${MAX_RANK}`, actual: `${shape.length} of ${quote(name)}` };
        const wrong = shape.find((d) => (typeof d === 'number' ? !isCount(d) : nameFault(d) !== undefined));
        if (wrong !== undefined) return { expected: 'a size or a name', actual: `${JSON.stringify(wrong)} in ${quote(name)}` };
      }
      return undefined;
    },
  },
  {
    code: 'value.type',
    check: (model) => {
      const types = new Map<string, string>();
      for (const { name, dtype } of declared(model)) {
        const other = types.get(name);
        if (other !== undefined && other !== dtype) return { expected: `${other} for ${quote(name)}`, actual: dtype };
        types.set(name, dtype);
      }
      return undefined;
    },
  },
];
