/** Einsum equations: `ij,jk->ik`, with `...` for any number of broadcast dimensions. */
import type { Dimension } from '../contract.js';
import { broadcast, contradict, type Dimensions, unify } from './dimension.js';

export interface Equation {
  /** Labels of each operand; `'...'` counts as one. */
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

function labelsOf(term: string): readonly string[] {
  const labels = term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (labels.join('') !== term || labels.filter((l) => l === '...').length > 1) {
    contradict('shape.einsum', 'the equation has a term that cannot be read', 'letters and at most one "..."', term);
  }
  return labels;
}

/** Without `->` the output is the ellipsis, then the labels that stand once, in alphabetical order. */
export function parseEquation(text: string): Equation {
  const [left, right, ...rest] = text.replaceAll(' ', '').split('->');
  if (left === undefined || rest.length > 0) contradict('shape.einsum', 'the equation cannot be read', 'one "->" at most', text);
  const inputs = left.split(',').map(labelsOf);
  if (right !== undefined) {
    const output = labelsOf(right);
    if (new Set(output).size !== output.length) contradict('shape.einsum', 'an output label is named twice', 'each once', right);
    return { inputs, output };
  }
  const all = inputs.flat();
  const times = new Map<string, number>();
  for (const label of all) times.set(label, (times.get(label) ?? 0) + 1);
  const once = [...times].filter(([label, n]) => n === 1 && label !== '...').map(([label]) => label).sort();
  return { inputs, output: all.includes('...') ? ['...', ...once] : once };
}

export interface LabelSizes {
  readonly labels: ReadonlyMap<string, Dimension>;
  readonly ellipsis: Dimensions;
}

/** Sizes of the labels; `undefined` where an operand has no known shape. */
export function labelSizes(equation: Equation, operands: readonly (Dimensions | undefined)[]): LabelSizes | undefined {
  if (operands.length !== equation.inputs.length) {
    contradict('shape.einsum', 'the equation has another number of operands', String(equation.inputs.length), String(operands.length));
  }
  const labels = new Map<string, Dimension>();
  let ellipsis: Dimensions = [];
  for (const [i, shape] of operands.entries()) {
    if (shape === undefined) return undefined;
    const terms = equation.inputs[i]!;
    const dots = terms.indexOf('...');
    const hidden = shape.length - terms.length + (dots < 0 ? 0 : 1);
    if (hidden < 0 || (dots < 0 && hidden !== 0)) {
      contradict('shape.einsum', `operand ${i} has another number of dimensions`, String(terms.length), String(shape.length));
    }
    let at = 0;
    for (const label of terms) {
      if (label === '...') {
        ellipsis = broadcast(ellipsis, shape.slice(at, at + hidden));
        at += hidden;
        continue;
      }
      const size = shape[at++]!;
      const before = labels.get(label);
      // Sizes of 1 broadcast here as well.
      const both = before === undefined || before === 1 ? size : size === 1 ? before : unify(before, size);
      if (both === undefined) contradict('shape.einsum', `label ${label} has two sizes`, String(before), String(size));
      labels.set(label, both);
    }
  }
  return { labels, ellipsis };
}
