import type { Rule } from '../contract.js';
import { bcrSchemes, is3x3, isConvolution, patternAt, patternFits, punchedSchemes, structuredMs, timed } from './candidates.js';

const nothingYet = ({ open }: { readonly open: readonly unknown[] }): boolean => open.length === 0;

/** Which kinds of structure come into question for a layer. */
export const FAMILIES: readonly Rule[] = [
  {
    name: 'filters', source: 'papers.md 3.1', thresholds: [],
    says: 'Where whole filters were asked for, filters it is.',
    rule: ({ filters, rate, time }) => (filters ? { open: timed({ time }, [{ kind: 'filter', rate }]), because: 'filters were asked for' } : undefined),
  },
  {
    name: 'hard-3x3', source: 'papers.md 3.5 rule 3', thresholds: [],
    says: '3x3 convolutions on hard data take kernel patterns, which keep accuracy best.',
    rule: (subject) => {
      const { layer, rate, difficulty } = subject;
      if (!nothingYet(subject) || !is3x3(layer) || difficulty.kind !== 'hard' || !patternFits(rate)) return undefined;
      return { open: timed(subject, [patternAt(rate)]), because: '3x3 on hard data: patterns' };
    },
  },
  {
    name: 'easy-3x3', source: 'papers.md 3.5 rule 3', thresholds: ['blocks', 'punchedBlocks', 'rowShares'],
    says: '3x3 convolutions on easy data take block-punched or BCR blocks, which bear higher rates; so do those on hard data at rates below that of patterns (2.25).',
    rule: (subject) => {
      const { layer, rate, difficulty, thresholds } = subject;
      if (!nothingYet(subject) || !is3x3(layer)) return undefined;
      const because = difficulty.kind === 'easy' ? '3x3 on easy data: blocks' : 'keeps more than patterns do: blocks';
      return { open: timed(subject, [...punchedSchemes(layer, rate, thresholds), ...bcrSchemes(layer, rate, thresholds)]), because };
    },
  },
  {
    name: 'other-kernels', source: 'papers.md 3.5 rule 2', thresholds: ['blocks', 'punchedBlocks', 'rowShares'],
    says: 'All other convolutions take block-punched or BCR blocks, fully connected and recurrent layers BCR.',
    rule: (subject) => {
      const { layer, rate, thresholds } = subject;
      if (!nothingYet(subject)) return undefined;
      const punched = layer.layer.operator === 'Conv' ? punchedSchemes(layer, rate, thresholds) : [];
      return {
        open: timed(subject, [...punched, ...bcrSchemes(layer, rate, thresholds)]),
        because: isConvolution(layer) ? `${kernelName(layer.weights[0]!.tensor.shape)}: blocks` : `${layer.layer.operator}: blocks`,
      };
    },
  },
  {
    name: 'pattern-speed', source: 'ours', thresholds: ['beta', 'blocks', 'punchedBlocks', 'rowShares'],
    says: 'Patterns give way to blocks where they are slower than structured pruning by more than β and a block is not.',
    rule: (subject) => {
      const { layer, rate, open, thresholds } = subject;
      const pattern = open[0];
      if (pattern?.scheme.kind !== 'pattern') return undefined;
      const limit = (1 + thresholds.beta) * structuredMs(subject);
      if (pattern.ms <= limit) return undefined;
      const blocks = timed(subject, [...punchedSchemes(layer, rate, thresholds), ...bcrSchemes(layer, rate, thresholds)]);
      const good = blocks.filter(({ ms }) => ms <= limit);
      return good.length === 0 ? undefined : { open: blocks, because: `patterns are slow here (${(pattern.ms / structuredMs(subject)).toFixed(1)} x structured): blocks` };
    },
  },
];

const kernelName = (shape: readonly number[]): string => shape.slice(2).join('x');
