import type { Outline } from '../container/outline.js';
import { quote } from '../error.js';
import type { Rule } from './rule.js';

/** Place of the layer that makes each value. */
function makers(model: Outline): ReadonlyMap<string, number> {
  const made = new Map<string, number>();
  model.layers.forEach((layer, at) => layer.outputs.forEach((name) => name !== '' && made.set(name, at)));
  return made;
}

/** Names that layers can read: inputs, tensors, results. */
const readable = (model: Outline): ReadonlySet<string> => new Set([...inputNames(model), ...model.tensors.keys(), ...makers(model).keys()]);

const inputNames = (model: Outline): ReadonlySet<string> => new Set(model.inputs.map(({ name }) => name));

export const GRAPH_RULES: readonly Rule<Outline>[] = [
  {
    code: 'graph.twice',
    check: (model) => {
      const seen = new Set(inputNames(model));
      for (const layer of model.layers) {
        for (const name of layer.outputs) {
          if (name === '') continue;
          if (seen.has(name)) return { layer: layer.name, expected: 'a new value', actual: `${quote(name)} again` };
          seen.add(name);
        }
      }
      return undefined;
    },
  },
  {
    code: 'graph.clash',
    check: (model) => {
      const made = makers(model);
      const inputs = inputNames(model);
      for (const name of model.tensors.keys()) {
        if (made.has(name) || inputs.has(name)) return { tensor: name, expected: 'a name of its own', actual: made.has(name) ? 'the output of a layer' : 'an input of the model' };
      }
      return undefined;
    },
  },
  {
    code: 'graph.undefined',
    check: (model) => {
      const known = readable(model);
      for (const layer of model.layers) {
        const unknown = layer.inputs.find((name) => name !== '' && !known.has(name));
        if (unknown !== undefined) return { layer: layer.name, expected: 'a known input', actual: quote(unknown) };
      }
      return undefined;
    },
  },
  {
    code: 'graph.cycle',
    check: (model) => {
      const at = layerOnCycle(model);
      return at === undefined ? undefined : { layer: model.layers[at]!.name, expected: 'no cycle', actual: 'a layer that waits for itself' };
    },
  },
  {
    code: 'graph.order',
    check: (model) => {
      const made = makers(model);
      for (const [at, layer] of model.layers.entries()) {
        const later = layer.inputs.find((name) => (made.get(name) ?? -1) >= at);
        if (later !== undefined) return { layer: layer.name, expected: 'inputs made before', actual: `${quote(later)}, made by layer ${quote(model.layers[made.get(later)!]!.name)} behind it` };
      }
      return undefined;
    },
  },
  {
    code: 'graph.output',
    check: (model) => {
      const known = readable(model);
      const unknown = model.outputs.find(({ name }) => !known.has(name));
      return unknown === undefined ? undefined : { expected: 'a value that is made', actual: quote(unknown.name) };
    },
  },
];

/** A layer that is left when all layers whose inputs are there have run, again and again (Kahn, 1962). */
function layerOnCycle(model: Outline): number | undefined {
  const made = makers(model);
  const waits = model.layers.map(() => 0);
  const users: number[][] = model.layers.map(() => []);
  for (const [at, layer] of model.layers.entries()) {
    for (const name of layer.inputs) {
      const maker = made.get(name);
      if (maker === undefined) continue;
      users[maker]!.push(at);
      waits[at]!++;
    }
  }
  const ready = [...waits.keys()].filter((at) => waits[at] === 0);
  for (const at of ready) for (const user of users[at]!) if (--waits[user]! === 0) ready.push(user);
  return ready.length === waits.length ? undefined : waits.findIndex((count) => count > 0);
}
