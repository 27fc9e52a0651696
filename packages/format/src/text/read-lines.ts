import type { Attribute, ValueInfo } from '../contract.js';
import { quote } from '../error.js';
import { readArray, readLiteral, tensorOf, typesOf } from './arrays.js';
import type { Cursor } from './cursor.js';
import type { Draft, DraftLayer, DraftTensor } from './draft.js';
import { ARRAYS, readMatrixFacts, readTensorFacts } from './facts.js';
import type { Keyword } from './lines.js';
import { readActivation, readScheme, readTuning } from './schemes.js';
import type { TextPlace } from './text-error.js';

/** Reads a line behind its keyword; `place` is that of the keyword. */
type ReadLine = (at: Cursor, draft: Draft, place: TextPlace) => void;

function twice(at: Cursor, place: TextPlace, what: string): never {
  at.fail('text.duplicate', place, `${what} stands twice`, { expected: 'once', actual: 'again', hint: 'remove one of the two lines' });
}

function once(at: Cursor, draft: Draft, place: TextPlace, what: string): void {
  if (draft.once.has(what)) twice(at, place, what);
  draft.once.add(what);
}

/** The layer of the block: its line opened it. */
const layerOf = (draft: Draft): DraftLayer => draft.layers.at(-1)!;

function inLayer(keyword: 'domain' | 'activation' | 'scheme' | 'tuning' | 'origin', set: (at: Cursor, layer: DraftLayer) => void): ReadLine {
  return (at, draft, place) => {
    once(at, draft, place, `${keyword} of layer ${draft.layers.length} ${quote(layerOf(draft).name)}`);
    set(at, layerOf(draft));
  };
}

function info(at: Cursor): ValueInfo {
  const name = at.name();
  const dtype = at.dtype();
  return at.atLineEnd ? { name, dtype } : { name, dtype, shape: at.dimensions() };
}

function attribute(read: (at: Cursor) => Attribute, assigned = true): ReadLine {
  return (at, draft, place) => {
    const { attributes } = layerOf(draft);
    const name = at.name();
    if (attributes.has(name)) twice(at, place, `attribute ${quote(name)}`);
    if (assigned) at.expect('=');
    attributes.set(name, read(at));
  };
}

function outputsOf(at: Cursor): string[] {
  const outputs: string[] = [];
  if (at.atLineEnd) return outputs;
  do outputs.push(at.name('an output')); while (at.take(','));
  return outputs;
}

const tensor: ReadLine = (at, draft, place) => {
  const name = at.name();
  if (draft.tensors.has(name)) twice(at, place, `tensor ${quote(name)}`);
  const facts = readTensorFacts(at);
  const entry: DraftTensor = { place: { line: place.line, column: place.column }, facts: { ...facts, matrices: [] }, arrays: new Map() };
  if (facts.view === undefined && at.take('=')) entry.dense = readLiteral(at, facts.dtype, facts.shape);
  draft.tensors.set(name, entry);
  draft.tensor = entry;
};

const data: ReadLine = (at: Cursor, draft, place) => {
  const name = at.name('the name of a tensor');
  const entry = draft.tensors.get(name);
  if (entry === undefined) {
    at.fail('text.data', place, `there is no tensor ${quote(name)} before`, {
      expected: 'a tensor line', actual: 'none', hint: 'the line of a tensor stands before its data',
    });
  }
  const { facts } = entry;
  if (facts.view === undefined) {
    if (entry.dense !== undefined) twice(at, place, `the elements of ${quote(name)}`);
    at.choice([facts.dtype], 'type of this tensor');
    at.expect('=');
    const start = at.peek;
    entry.dense = tensorOf(at, start, facts.dtype, facts.shape, readArray(at, facts.dtype));
    return;
  }
  const number = at.peek;
  const index = at.integer('the number of a matrix');
  const matrix = facts.matrices[index];
  if (matrix === undefined) {
    at.fail('text.data', number, `there is no matrix ${index} in ${quote(name)}`, {
      expected: `0 to ${facts.matrices.length - 1}`, actual: String(index), hint: 'each matrix has its own line under the tensor',
    });
  }
  const rows = ARRAYS[matrix.encoding];
  const key = at.choice(rows.map((row) => row.key), `array of encoding ${matrix.encoding}`);
  const type = at.choice(typesOf(rows.find((row) => row.key === key)!, facts.dtype), 'type of this array');
  at.expect('=');
  const arrays = entry.arrays.get(index) ?? new Map<string, never>();
  if (arrays.has(key)) twice(at, place, `${key} of matrix ${index} of ${quote(name)}`);
  const start = at.peek;
  const array = { key, type, data: readArray(at, type) };
  if (key === 'payload' && array.data.length !== matrix.kept) {
    at.fail('text.data', start, 'the payload is not what its matrix line says', {
      expected: `kept ${matrix.kept}`, actual: `${array.data.length} elements`, hint: 'weights are not edited in the text: prune the model again',
    });
  }
  entry.arrays.set(index, new Map([...arrays, [key, array]]));
};

const producer: ReadLine = (at, draft, place) => {
  once(at, draft, place, 'producer');
  draft.provenance.producer = at.name();
  at.expect('version');
  draft.provenance.producerVersion = at.name();
  at.expect('opset');
  draft.provenance.sourceOpset = at.integer();
};

const layer: ReadLine = (at, draft) => {
  const name = at.name();
  at.expect('=');
  const operator = at.name('an operator');
  const inputs = at.list(() => at.name('an input'), '(');
  at.expect('->');
  draft.layers.push({ name, operator, domain: '', inputs, outputs: outputsOf(at), attributes: new Map() });
};

const plan: ReadLine = (at, draft, place) => {
  once(at, draft, place, 'plan');
  at.expect('target');
  const target = at.name();
  at.expect('mapper');
  draft.plan = { target, mapper: at.name(), entries: [] };
};

const map: ReadLine = (at, draft) => {
  const name = at.name('the name of a layer');
  const scheme = readScheme(at);
  const predictedMs = at.take('predicted') ? at.number() : undefined;
  at.expect('because');
  draft.plan!.entries.push({ layer: name, scheme, reason: at.name('a reason'), ...(predictedMs === undefined ? {} : { predictedMs }) });
};

const step: ReadLine = (at, draft) => {
  const tool = at.name();
  at.expect('version');
  const version = at.name();
  at.expect('seed');
  const seed = at.number();
  at.expect('options');
  draft.recipe!.steps.push({ tool, version, seed, options: at.name('options as JSON text') });
};

/** One reader per line of the table. */
export const READ: Readonly<Record<Keyword, ReadLine>> = {
  model: (at, draft, place) => {
    once(at, draft, place, 'model');
    draft.name = at.name();
  },
  producer,
  doc: (at, draft, place) => {
    once(at, draft, place, 'doc');
    draft.provenance.doc = at.name('a text');
  },
  metadata: (at, draft) => draft.provenance.metadata.push([at.name('a key'), at.name('a value')]),
  input: (at, draft) => draft.inputs.push(info(at)),
  output: (at, draft) => draft.outputs.push(info(at)),
  value: (at, draft) => draft.values.push(info(at)),
  layer,
  domain: inLayer('domain', (at, to) => { to.domain = at.name(); }),
  int: attribute((at) => ({ type: 'int', value: at.integer() })),
  float: attribute((at) => ({ type: 'float', value: at.number() })),
  string: attribute((at) => ({ type: 'string', value: at.name('a text') })),
  ints: attribute((at) => ({ type: 'ints', value: at.list(() => at.integer()) })),
  floats: attribute((at) => ({ type: 'floats', value: at.list(() => at.number()) })),
  strings: attribute((at) => ({ type: 'strings', value: at.list(() => at.name('a text')) })),
  constant: attribute((at) => {
    const dtype = at.dtype();
    const shape = at.shape();
    at.expect('=');
    return { type: 'tensor', value: readLiteral(at, dtype, shape) };
  }, false),
  activation: inLayer('activation', (at, to) => { to.activation = readActivation(at); }),
  scheme: inLayer('scheme', (at, to) => { to.scheme = readScheme(at); }),
  tuning: inLayer('tuning', (at, to) => { to.tuning = readTuning(at); }),
  origin: inLayer('origin', (at, to) => { to.origin = at.list(() => at.name()); }),
  tensor,
  matrix: (at, draft, place) => {
    const { facts } = draft.tensor!;
    if (facts.view === undefined) at.fail('text.place', place, 'the tensor is dense', { expected: 'a tensor line with the word sparse', actual: 'one without' });
    facts.matrices.push(readMatrixFacts(at));
  },
  plan,
  map,
  recipe: (at, draft, place) => {
    once(at, draft, place, 'recipe');
    draft.recipe = { steps: [], hashes: [] };
  },
  step,
  hash: (at, draft) => draft.recipe!.hashes.push([at.name(), at.name('a SHA-256')]),
  data,
};
