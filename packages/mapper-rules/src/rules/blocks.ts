import type { Candidate, Rule } from '../contract.js';
import { extentOf, fastest, structuredMs } from './candidates.js';
import { findBlock } from './find-block.js';
import { structureLoss } from './fineness.js';
import { milliseconds, structureOf } from './words.js';

const SHARES: Readonly<Record<number, string>> = { 0: 'columns only', 1: 'rows only' };

/** Which of the structures that are open. */
export const BLOCKS: readonly Rule[] = [
  {
    name: 'row-share', source: 'ours', thresholds: ['rowShares', 'asFast'],
    says: 'Rows or columns bear the rate, whichever makes a block of this size fastest; of equally fast ways the one that loses least.',
    rule: ({ open, layer, thresholds: { asFast } }) => {
      const { kernel } = extentOf(layer);
      const sizes = new Map<string, Candidate[]>();
      for (const candidate of open) {
        const { scheme } = candidate;
        const name = scheme.kind === 'bcr' ? `bcr ${scheme.blockRows}x${scheme.blockColumns}` : structureOf(scheme);
        sizes.set(name, [...(sizes.get(name) ?? []), candidate]);
      }
      const best = [...sizes.values()].map((of) => {
        const limit = (1 + asFast) * fastest(of).ms;
        return of.filter(({ ms }) => ms <= limit).reduce((a, b) => (structureLoss(b.scheme, kernel) < structureLoss(a.scheme, kernel) ? b : a));
      });
      return best.length === open.length ? undefined : { open: best };
    },
  },
  {
    name: 'block-size', source: 'papers.md 3.5 rule 4, GRIM\'s block-size finder', thresholds: ['beta'],
    says: 'The finest block that is no slower than structured pruning at the same rate by more than β.',
    rule: (subject) => {
      const { open, layer, thresholds: { beta } } = subject;
      const structured = structuredMs(subject);
      if (open.length < 2) return undefined;
      const { candidate, within } = findBlock({ candidates: open, structuredMs: structured, beta, kernel: extentOf(layer).kernel });
      const { scheme, ms } = candidate;
      const share = scheme.kind === 'bcr' ? SHARES[scheme.rowShare] : undefined;
      const size = within ? `finest block within ${Math.round(beta * 100)} % of structured (${milliseconds(structured)})`
        : `fastest block; none is within ${Math.round(beta * 100)} % of structured (${milliseconds(ms)} to ${milliseconds(structured)})`;
      return { open: [candidate], because: share === undefined ? size : `${size}, ${share} is fastest` };
    },
  },
  {
    name: 'unstructured', source: 'ours', thresholds: ['asFast'],
    says: 'Single weights go, without structure, where that is as fast.',
    rule: ({ open, rate, time, filters, thresholds: { asFast } }) => {
      const chosen = open[0];
      if (filters || chosen === undefined) return undefined;
      const ms = time({ kind: 'unstructured', rate });
      if (ms > (1 + asFast) * chosen.ms) return undefined;
      return { open: [{ scheme: { kind: 'unstructured', rate }, ms }], because: `unstructured is as fast as ${structureOf(chosen.scheme)} (${milliseconds(ms)} to ${milliseconds(chosen.ms)})` };
    },
  },
];
