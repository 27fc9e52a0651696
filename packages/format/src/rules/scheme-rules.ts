import type { Outline } from '../container/outline.js';
import type { Layer, Scheme } from '../contract.js';
import { type ErrorDetails, quote } from '../error.js';
import { firstTwice, isCount, nameFault } from './names.js';
import { weightPlaces } from '../weight-view.js';
import type { Rule } from './rule.js';

/** Every scheme of a model with the layer it is for: those that were applied, and those that are planned. */
function* schemesOf(model: Outline): Generator<{ readonly layer: string; readonly scheme: Scheme }> {
  for (const { name, scheme } of model.layers) if (scheme !== undefined) yield { layer: name, scheme };
  for (const { layer, scheme } of model.plan?.entries ?? []) yield { layer, scheme };
}

const each = (code: string, fault: (scheme: Scheme) => ErrorDetails | undefined): Rule<Outline> => ({
  code,
  check: (model) => {
    for (const { layer, scheme } of schemesOf(model)) {
      const found = fault(scheme);
      if (found !== undefined) return { layer, ...found };
    }
    return undefined;
  },
});

const COUNTS = ['keep', 'patterns', 'blockFilters', 'blockChannels', 'blockRows', 'blockColumns'];

export const SCHEME_RULES: readonly Rule<Outline>[] = [
  each('scheme.rate', (scheme) =>
    (scheme.kind === 'dense' || (Number.isFinite(scheme.rate) && scheme.rate >= 1) ? undefined
      : { expected: '1 or more', actual: `${scheme.rate}` })),
  each('scheme.count', (scheme) => {
    const fields = scheme as unknown as Readonly<Record<string, number>>;
    const wrong = COUNTS.find((name) => name in fields && !(isCount(fields[name]!) && fields[name]! >= 1));
    return wrong === undefined ? undefined : { expected: `${wrong} of 1 or more`, actual: `${fields[wrong]}` };
  }),
  each('scheme.row-share', (scheme) =>
    (scheme.kind !== 'bcr' || (scheme.rowShare >= 0 && scheme.rowShare <= 1) ? undefined
      : { expected: '0 to 1', actual: `${scheme.rowShare}` })),
  {
    code: 'scheme.keep',
    check: (model) => {
      const layers = new Map<string, Outline<Layer>>(model.layers.map((layer) => [layer.name, layer]));
      for (const { layer: name, scheme } of schemesOf(model)) {
        const layer = layers.get(name);
        if (scheme.kind !== 'pattern' || layer === undefined) continue;
        for (const { view } of weightPlaces(model, layer)) {
          if (view !== undefined && scheme.keep > view.kernel) return { layer: name, expected: `at most ${view.kernel}`, actual: `${scheme.keep}` };
        }
      }
      return undefined;
    },
  },
];

export const PLAN_RULES: readonly Rule<Outline>[] = [
  {
    code: 'plan.layer',
    check: ({ plan, layers }) => {
      const names = new Set(layers.map(({ name }) => name));
      const unknown = plan?.entries.find(({ layer }) => !names.has(layer));
      return unknown === undefined ? undefined : { layer: unknown.layer, expected: 'a layer of the model', actual: 'none' };
    },
  },
  {
    code: 'plan.duplicate',
    check: ({ plan }) => {
      const twice = firstTwice(plan?.entries.map(({ layer }) => layer) ?? []);
      return twice === undefined ? undefined : { layer: twice, expected: 'each layer once', actual: 'twice' };
    },
  },
  {
    code: 'plan.time',
    check: ({ plan }) => {
      const wrong = plan?.entries.find(({ predictedMs = 0 }) => !(Number.isFinite(predictedMs) && predictedMs >= 0));
      return wrong === undefined ? undefined : { layer: wrong.layer, expected: 'milliseconds', actual: `${wrong.predictedMs}` };
    },
  },
  {
    code: 'recipe.hash',
    check: ({ recipe }) => {
      const wrong = recipe?.hashes.find(([name, hash]) => nameFault(name) !== undefined || !/^[0-9a-f]{64}$/.test(hash));
      return wrong === undefined ? undefined : { expected: 'a name and 64 digits', actual: `${quote(wrong[0])}: ${quote(wrong[1])}` };
    },
  },
  {
    code: 'recipe.tool',
    check: ({ recipe }) => {
      const wrong = recipe?.steps.find(({ tool }) => nameFault(tool) !== undefined);
      return wrong === undefined ? undefined : { expected: 'the name of a tool', actual: quote(wrong.tool) };
    },
  },
];
