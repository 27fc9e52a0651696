import type { Model } from '../contract.js';
import type { Rule } from '../rules/rule.js';
import { inferShapes } from './infer.js';

/** Rules that look at the shapes of a whole model. They rely on layers that stand in an order in which they can run. */
export const SHAPE_RULES: readonly Rule<Model>[] = [
  {
    code: 'shapes.agree',
    check: (model) => {
      const problem = inferShapes(model).problems[0];
      if (problem === undefined) return undefined;
      const place = problem.layer === undefined ? {} : { layer: problem.layer };
      return {
        ...place,
        expected: problem.expected,
        actual: problem.actual,
        hint: `${problem.says} (${problem.code}${problem.value === undefined ? '' : `, value ${JSON.stringify(problem.value.slice(0, 120))}`})`,
      };
    },
  },
];
