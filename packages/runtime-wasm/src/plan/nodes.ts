import { FretworkError, type DenseTensor, type Layer, type Model } from '@fretwork/format';
import type { Value, Node, PackedMatrix } from '../operators/row.js';
import { fuse } from './fuse.js';
import { inferValues } from './infer.js';

/** The part of a model that planning looks at. */
export type Subject = Pick<Model, 'inputs' | 'outputs' | 'values' | 'layers' | 'tensors'>;

/** What a plan is made for. */
export interface PlanFor {
  /** Sizes of the model's inputs, by name. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Inputs that are known beforehand, by name. */
  readonly contents?: ReadonlyMap<string, DenseTensor>;
  /** Are shapes that the model declares believed where they do not follow? Nothing may be run on them. */
  readonly declared?: boolean;
  /** Do inputs keep their place for the whole run? */
  readonly keepInputs?: boolean;
  /** That layers run on; left out: 1. */
  readonly threads?: number;
}

export interface Nodes {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Layers whose outputs are known beforehand, or read by nobody. */
  readonly skipped: readonly Layer[];
}

export type ValueOf = (name: string) => Value | undefined;

/**
 * The layers that have to run, with every shape known. Values computed from shapes and constants alone become constants;
 * what nobody reads goes; an Add, a Relu or a Clip joins the layer before it. Throws `run.shape` where the shapes contradict the
 * model, `run.unsupported` where a shape is not known before running.
 */
export function nodesOf(model: Subject, of: PlanFor, packedOf: (layer: Layer) => readonly PackedMatrix[]): Nodes {
  const { values, problems: [problem] } = inferValues(model, of);
  if (problem !== undefined) throw problem;
  const find: ValueOf = (name) => values.get(name);
  const needed = neededLayers(model, find);
  const skipped = model.layers.filter((layer) => !needed.has(layer));
  const uses = countUses(model, needed);
  const nodes: Node[] = [];
  for (const layer of model.layers) {
    if (needed.has(layer)) nodes.push(nodeOf(layer, find, uses));
  }
  return {
    nodes: fuse(nodes, uses, find, packedOf),
    inputs: model.inputs.filter(({ name }) => !model.tensors.has(name) && of.contents?.has(name) !== true).map(({ name }) => required(name, find)),
    outputs: model.outputs.map(({ name }) => required(name, find)),
    skipped,
  };
}

function required(name: string, find: ValueOf, layer?: Layer): Value {
  const value = find(name);
  if (value === undefined) {
    throw new FretworkError('run.unsupported', 'the shape of a value is not known before the model runs', {
      ...(layer === undefined ? {} : { layer: layer.name }), tensor: name, hint: 'give the sizes of all inputs',
    });
  }
  return value;
}

/** Layers that an output needs and that are not known beforehand. */
function neededLayers(model: Subject, find: ValueOf): ReadonlySet<Layer> {
  const wanted = new Set(model.outputs.map((output) => output.name).filter((name) => find(name)?.constant === undefined));
  const needed = new Set<Layer>();
  for (const layer of [...model.layers].reverse()) {
    if (!layer.outputs.some((name) => wanted.has(name))) continue;
    needed.add(layer);
    for (const name of layer.inputs) if (name !== '' && find(name)?.constant === undefined) wanted.add(name);
  }
  return needed;
}

/** How often each value is read by layers that run, or given out. */
function countUses(model: Subject, needed: ReadonlySet<Layer>): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const use = (name: string): void => { uses.set(name, (uses.get(name) ?? 0) + 1); };
  for (const layer of needed) layer.inputs.forEach(use);
  for (const output of model.outputs) use(output.name);
  return uses;
}

function nodeOf(layer: Layer, find: ValueOf, uses: ReadonlyMap<string, number>): Node {
  return {
    layer,
    inputs: layer.inputs.map((name) => (name === '' ? undefined : required(name, find, layer))),
    outputs: layer.outputs.map((name) => (name === '' || !uses.has(name) ? undefined : required(name, find, layer))),
    activation: layer.activation,
    fused: [],
  };
}
