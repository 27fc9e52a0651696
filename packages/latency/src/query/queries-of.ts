import {
  attribute, decode, elementCount, inferShapes, nnzOf, recogniseScheme, weightsOf, type Layer, type LayerWeight, type Model, type Scheme,
} from '@fretwork/format';
import type { InputShapes, LayerQuery, PredictOptions, QueriedLayer } from '../contract.js';
import { touchedByRun, touchedBytes } from './bytes.js';
import { JOINS, marginOf, QUERY_ROWS, type QueryContext } from './operators.js';

/** Shapes with every open size of an input taken as 1. */
function shapesOf(model: Model, given: InputShapes): ReadonlyMap<string, readonly number[]> {
  const fixed = Object.fromEntries(model.inputs.flatMap(({ name, shape }) => {
    if (model.tensors.has(name)) return [];
    const own = given[name] ?? shape?.map((size) => (typeof size === 'number' ? size : 1));
    return own === undefined ? [] : [[name, own]];
  }));
  return new Map([...inferShapes(model, fixed).values].flatMap(([name, { shape }]) => (
    shape?.every((size): size is number => typeof size === 'number') === true ? [[name, shape] as const] : []
  )));
}

/**
 * Every layer of `model` as a query, in order: as it is, or pruned as `plan` says. Layers that join another one (a Relu, a Clip or
 * the Add of a residual whose operand nobody else reads), that only rename a value, or that depend on constants alone, take no
 * time and say so in `reason`; so do those whose shapes are not known.
 */
export function queriesOf(model: Model, { plan, inputShapes = {} }: PredictOptions = {}): readonly QueriedLayer[] {
  const shapes = shapesOf(model, inputShapes);
  const joins = joinsOf(model, shapes);
  const planned = new Map(plan?.entries.map(({ layer, scheme }) => [layer, scheme]));
  const queried = model.layers.map((layer): QueriedLayer => {
    const named = { layer: layer.name, operator: layer.operator };
    const into = joins.into.get(layer.name);
    if (into !== undefined) return { ...named, reason: `joins ${into}` };
    const row = QUERY_ROWS.get(layer.operator);
    const computed = layer.inputs.filter((name) => name !== '' && !model.tensors.has(name));
    if (computed.length === 0) return { ...named, reason: 'its result is known before a run' };
    const context: QueryContext = {
      layer, computed: computed.map((name) => shapes.get(name)),
      input: (i) => shapes.get(layer.inputs[i] ?? ''),
      output: shapes.get(layer.outputs.find((name) => name !== '') ?? ''),
      weights: weightsOf(model, layer),
      pruned: (weights) => prunedAs(layer, weights, planned.get(layer.name)),
      residual: joins.residuals.has(layer.name),
      margin: Math.max(0, ...model.layers.map((reader) => (reader.inputs[0] === joins.result(layer) ? marginOf(reader) : 0))),
      attribute: (name, otherwise) => attribute(layer, name, 'int', otherwise),
    };
    const found = row === undefined || layer.domain !== '' ? { reason: `operator ${layer.operator} is not one that is measured` } : row(context);
    return 'reason' in found ? { ...named, ...found } : { ...named, query: found as LayerQuery, joined: joins.by.get(layer.name) ?? [] };
  });
  return surrounded(queried);
}

/** Each layer told what the others touch. */
function surrounded(queried: readonly QueriedLayer[]): readonly QueriedLayer[] {
  const all = touchedByRun(queried.flatMap(({ query }) => query ?? []));
  return queried.map((one) => (one.query === undefined ? one : { ...one, query: { ...one.query, besides: Math.round(all - touchedBytes(one.query).weights) } }));
}

/** The plan's scheme, else what the layer says of itself, else what its zeros show. */
function prunedAs(layer: Layer, weights: readonly LayerWeight[], planned: Scheme | undefined): { readonly scheme: Scheme; readonly density?: number } {
  if (planned !== undefined) return { scheme: planned };
  const total = weights.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0);
  const kept = weights.reduce((sum, { tensor }) => sum + nnzOf(tensor), 0);
  if (kept >= total) return { scheme: { kind: 'dense' } };
  return { scheme: layer.scheme === undefined || layer.scheme.kind === 'dense' ? shownBy(weights) : layer.scheme, density: kept / total };
}

/** Of the first matrix: all matrices of a layer are pruned alike. */
function shownBy(weights: readonly LayerWeight[]): Scheme {
  const { tensor, view: { rows, columns, kernel, order } } = weights[0]!;
  const whole = tensor.kind === 'sparse' ? decode(tensor) : tensor;
  const first = whole.data.subarray(0, rows * columns);
  if (order === 'row-major') return recogniseScheme(first, rows, columns, kernel, whole.dtype).scheme;
  const turned = first.slice();
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[r * columns + c] = first[c * rows + r]!;
  return recogniseScheme(turned, rows, columns, kernel, whole.dtype).scheme;
}

interface Joins {
  /** Which layer runs it, by the layer that joined. */
  readonly into: ReadonlyMap<string, string>;
  readonly by: ReadonlyMap<string, readonly string[]>;
  /** Layers that add a residual. */
  readonly residuals: ReadonlySet<string>;
  /** The value that a layer and all that joined it make. */
  readonly result: (layer: Layer) => string | undefined;
}

/** Which layers join which, by `JOINS`, in the order in which they run. */
function joinsOf(model: Model, shapes: ReadonlyMap<string, readonly number[]>): Joins {
  const uses = new Map<string, number>();
  for (const name of [...model.layers.flatMap(({ inputs }) => inputs), ...model.outputs.map(({ name }) => name)]) uses.set(name, (uses.get(name) ?? 0) + 1);
  const made = new Map<string, { readonly maker: Layer; readonly at: number; readonly clamped: boolean }>();
  const into = new Map<string, string>();
  const by = new Map<string, string[]>();
  const residuals = new Set<string>();
  model.layers.forEach((layer, at) => {
    const output = layer.outputs[0] ?? '';
    made.set(output, { maker: layer, at, clamped: layer.activation !== undefined });
    if (layer.domain !== '') return;
    const rule = JOINS.find(({ joins }) => joins.includes(layer.operator));
    if (rule === undefined) return;
    const sizes = layer.inputs.map((name) => shapes.get(name)?.join());
    if (rule.adds && (layer.inputs.length !== 2 || layer.inputs.some((name) => model.tensors.has(name)) || sizes[0] !== sizes[1] || layer.inputs[0] === layer.inputs[1])) return;
    // The term that was made last is joined: what the other one's maker wrote is there by then.
    const terms = (rule.adds ? layer.inputs : layer.inputs.slice(0, 1)).flatMap((name) => (made.has(name) && uses.get(name) === 1 ? [made.get(name)!] : [])).sort((a, b) => b.at - a.at);
    const found = terms.find(({ maker, clamped }) => !clamped && rule.to.includes(maker.operator) && maker.domain === '' && !(rule.adds && residuals.has(maker.name))
      && maker.inputs.slice(1, 2).every((name) => model.tensors.has(name)));
    if (found === undefined) return;
    const { maker } = found;
    into.set(layer.name, maker.name);
    by.set(maker.name, [...by.get(maker.name) ?? [], layer.name]);
    if (rule.adds) residuals.add(maker.name);
    made.set(output, { maker, at, clamped: !rule.adds });
  });
  const results = new Map([...made].map(([output, { maker }]) => [maker.name, output]));
  return { into, by, residuals, result: (layer) => results.get(layer.name) };
}
