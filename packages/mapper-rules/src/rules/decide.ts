import type { Candidate, Rule, RuleSubject } from '../contract.js';
import { RULES } from './table.js';

/** What the rules make of a layer at a rate. */
export interface Decision {
  readonly chosen: Candidate;
  readonly reason: string;
  /** The rule that had the last word. */
  readonly rule: string;
  /** What would have been chosen, where it was not worth it. */
  readonly refused?: Candidate;
}

/** Asks the rules in order. */
export function decide(asked: Omit<RuleSubject, 'open'>, rules: readonly Rule[] = RULES): Decision {
  let open: readonly Candidate[] = [];
  const reasons: string[] = [];
  let last = '';
  for (const { name, rule } of rules) {
    const ruling = rule({ ...asked, open });
    if (ruling === undefined) continue;
    last = name;
    if (ruling.dense !== undefined) {
      const refused = open[0];
      return { chosen: { scheme: { kind: 'dense' }, ms: asked.layer.denseMs }, reason: ruling.dense, rule: name, ...(refused !== undefined && { refused }) };
    }
    open = ruling.open;
    if (ruling.because !== undefined) reasons.push(ruling.because);
  }
  return { chosen: open[0]!, reason: reasons.join('; '), rule: last };
}
