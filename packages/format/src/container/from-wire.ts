import type {
  Activation, Attribute, Layer, MappingPlan, MatrixView, Model, Recipe, Scheme, SparseMatrix, Tensor, Tuning, ValueInfo,
} from '../contract.js';
import type * as wire from '../schema/bcr.pb.js';
import { activationName, elementName, schemeName } from './element.js';
import { ENCODINGS, MATRIX_ARRAYS, MATRIX_NUMBERS } from './matrix-arrays.js';
import type { WithArrays } from './outline.js';

/** The array of section `at`: a place for a header, a view for a model. */
export type Fetch<A> = (at: number) => A;

/** The records of the contract for a decoded header that keeps the rules of the stages before. */
export function fromWire<A>(header: wire.Header, fetch: Fetch<A>): WithArrays<Model, A> {
  const { provenance, plan, recipe } = header;
  return {
    name: header.name,
    inputs: header.inputs.map(value),
    outputs: header.outputs.map(value),
    values: header.values.map(value),
    tensors: new Map(header.tensors.map((row) => [row.name, tensor(row.tensor!, fetch)])),
    layers: header.layers.map((row) => layer(row, fetch)),
    provenance: { ...plain(provenance!), metadata: provenance!.metadata.map(pair) },
    ...(plan && { plan: mapping(plan) }),
    ...(recipe && { recipe: steps(recipe) }),
  } as unknown as WithArrays<Model, A>;
}

const pair = (row: wire.Pair): readonly [string, string] => [row.key, row.value];

const value = (row: wire.Value): ValueInfo => ({
  name: row.name,
  dtype: elementName(row.element),
  ...(row.shape && { shape: row.shape.dimensions.map((d) => d.symbol ?? d.size!) }),
});

function tensor<A>(row: wire.Tensor, fetch: Fetch<A>): WithArrays<Tensor, A> {
  const dtype = elementName(row.element);
  const shape = row.shape;
  if (!row.sparse) return { kind: 'dense', dtype, shape, data: fetch(row.denseSection!) } as WithArrays<Tensor, A>;
  return {
    kind: 'sparse', dtype, shape, view: view(row.sparse.view!), matrices: row.sparse.matrices.map((m) => matrix(m, fetch)),
  } as WithArrays<Tensor, A>;
}

const view = ({ count, rows, columns, columnMajor, kernel }: wire.View): MatrixView => ({ count, rows, columns, order: columnMajor ? 'column-major' : 'row-major', kernel });

function matrix<A>(row: wire.Matrix, fetch: Fetch<A>): WithArrays<SparseMatrix, A> {
  const encoding = ENCODINGS.find((name) => row[name])!;
  const fields = row[encoding] as unknown as Readonly<Record<string, number | null | undefined>>;
  const made: Record<string, unknown> = { encoding, rows: row.rows, columns: row.columns };
  for (const name of MATRIX_NUMBERS[encoding]) made[name] = fields[name]!;
  for (const name of MATRIX_ARRAYS[encoding]) {
    const section = fields[`${name}Section`];
    if (section !== null && section !== undefined) made[name] = fetch(section);
  }
  return made as WithArrays<SparseMatrix, A>;
}

function layer<A>(row: wire.Layer, fetch: Fetch<A>): WithArrays<Layer, A> {
  return {
    ...plain(row),
    attributes: new Map(row.attributes.map((a) => [a.name, attribute(a, fetch)])),
    ...(row.activation && { activation: activation(row.activation) }),
    ...(row.scheme && { scheme: scheme(row.scheme) }),
    ...(row.tuning && { tuning: tuning(row.tuning) }),
    ...(row.origin && { origin: row.origin.values }),
  } as unknown as WithArrays<Layer, A>;
}

function attribute<A>(row: wire.NamedAttribute, fetch: Fetch<A>): WithArrays<Attribute, A> {
  for (const type of ['int', 'float', 'string', 'ints', 'floats', 'strings'] as const) {
    const value = row[type];
    if (value !== null && value !== undefined) return { type, value: typeof value === 'object' ? value.values : value } as WithArrays<Attribute, A>;
  }
  return { type: 'tensor', value: tensor(row.tensor!, fetch) } as WithArrays<Attribute, A>;
}

/** A record of its own, without what was left out. */
function plain<T extends object>(row: T): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  // What was not on the wire is inherited.
  for (const name in row) if (row[name] !== null) made[name] = row[name];
  return made;
}

const activation = (row: wire.Activation): Activation => ({ ...plain(row), kind: activationName(row.kind) });

const scheme = (row: wire.Scheme): Scheme => ({ ...plain(row), kind: schemeName(row.kind) }) as unknown as Scheme;

const tuning = (row: wire.Tuning): Tuning => ({ ...plain(row), ...(row.tile && { tile: row.tile.values }), ...(row.unroll && { unroll: row.unroll.values }) });

const mapping = (row: wire.Plan): MappingPlan => ({
  ...plain(row), entries: row.entries.map((entry) => ({ ...plain(entry), scheme: scheme(entry.scheme!) })),
}) as unknown as MappingPlan;

const steps = (row: wire.Recipe): Recipe => ({ steps: row.steps.map(plain), hashes: row.hashes.map(pair) }) as unknown as Recipe;
