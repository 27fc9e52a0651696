import { attribute, inferShapes, type Attribute, type Layer } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import { no, type Answer } from '../graph/answer.js';
import { Draft, isOperator, originOf } from '../graph/draft.js';
import { axesOf, inputOf, intOf, numbersOfConstant } from '../graph/numbers.js';

/** Cells added before and after each position axis; the amounts of a Pad of zeros. */
interface Amounts {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

export const foldPads: Pass = {
  name: 'fold-pads',
  says: 'A Pad by zeros becomes part of the pads of the convolutions and pools that read it, where that means the same.',
  run: (model) => {
    const draft = new Draft(model);
    const { values } = inferShapes(model);
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      if (!isOperator(layer, 'Pad')) continue;
      const amounts = amountsOf(draft, layer, values.get(inputOf(layer, 0))?.shape?.length);
      const padded = amounts.ok ? padReaders(draft, layer, amounts.is) : amounts;
      if (!padded.ok) {
        notes.push({ layer: layer.name, outcome: 'kept', says: padded.reason });
        continue;
      }
      draft.readers(layer.outputs[0]!).forEach((reader, i) => draft.replace(reader, padded.is[i]!));
      draft.remove(layer);
      const into = padded.is.map(({ name }) => name);
      notes.push({ layer: layer.name, outcome: 'done', says: `became pads of ${into.join(', ')}`, into: into[0]! });
    }
    return { model: draft.model(), notes };
  },
};

function amountsOf(draft: Draft, layer: Layer, rank: number | undefined): Answer<Amounts> {
  const mode = attribute(layer, 'mode', 'string', 'constant');
  if (mode !== 'constant') return no(`its mode is ${mode}; convolutions pad with zeros`);
  if (layer.activation !== undefined) return no(`it applies ${layer.activation.kind}`);
  const value = inputOf(layer, 2);
  if (value !== '' && numbersOfConstant(draft, value)?.every((v) => v === 0) !== true) return no('it does not pad with zeros');
  const pads = numbersOfConstant(draft, inputOf(layer, 1));
  const axes = rank === undefined ? undefined : axesOf(draft, layer, 3, rank);
  if (rank === undefined || rank < 3 || pads === undefined || axes === undefined) return no('its amounts or the rank of its input are not known');
  if (pads.some((pad) => pad < 0)) return no('it crops: some amounts are negative');
  const begins = new Array<number>(rank).fill(0);
  const ends = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    begins[axis] = pads[i]!;
    ends[axis] = pads[i + axes.length]!;
  });
  const beyond = [0, 1].find((axis) => begins[axis] !== 0 || ends[axis] !== 0);
  if (beyond !== undefined) return no(`it pads axis ${beyond}; convolutions pad positions only`);
  return { ok: true, is: { begins: begins.slice(2), ends: ends.slice(2) } };
}

/** The readers of `pad`, each padding by itself. All of them, or the Pad would stay all the same. */
function padReaders(draft: Draft, pad: Layer, amounts: Amounts): Answer<readonly Layer[]> {
  const output = pad.outputs[0]!;
  if (draft.isOutput(output)) return no('what it makes is an output of the model');
  const made: Layer[] = [];
  for (const reader of draft.readers(output)) {
    const row = READERS.find(({ operator }) => isOperator(reader, operator));
    const attributes = row === undefined ? no(`${reader.operator} has no pads`)
      : reader.inputs.indexOf(output) !== reader.inputs.lastIndexOf(output) || inputOf(reader, 0) !== output ? no('it reads the padded value as something else than its input')
      : row.padded(draft, reader, pad, amounts);
    if (!attributes.ok) return no(`${reader.name}: ${attributes.reason}`);
    made.push({
      ...reader,
      inputs: [inputOf(pad, 0), ...reader.inputs.slice(1)],
      attributes: new Map([...[...reader.attributes].filter(([name]) => name !== 'auto_pad'), ...attributes.is]),
      origin: originOf(pad, reader),
    });
  }
  return made.length === 0 ? no('nobody reads it') : { ok: true, is: made };
}

interface Reader {
  readonly operator: string;
  /** The attributes that are new when `reader` does the padding. */
  readonly padded: (draft: Draft, reader: Layer, pad: Layer, amounts: Amounts) => Answer<readonly (readonly [string, Attribute])[]>;
}

const READERS: readonly Reader[] = [
  { operator: 'Conv', padded: (_, reader, __, amounts) => addedPads(reader, amounts) },
  { operator: 'AveragePool', padded: (_, reader, __, amounts) => averagePads(reader, amounts) },
  { operator: 'MaxPool', padded: maxPads },
];

/** Own pads plus `amounts`. */
function addedPads(reader: Layer, { begins, ends }: Amounts): Answer<readonly (readonly [string, Attribute])[]> {
  const auto = attribute(reader, 'auto_pad', 'string', 'NOTSET');
  if (auto.startsWith('SAME')) return no(`its pads follow from the size of its input (${auto})`);
  const amounts = [...begins, ...ends];
  const own = (auto === 'VALID' ? undefined : attribute(reader, 'pads', 'ints', undefined)) ?? amounts.map(() => 0);
  return { ok: true, is: [['pads', { type: 'ints', value: amounts.map((amount, i) => amount + own[i]!) }]] };
}

const hasPads = (reader: Layer): boolean =>
  attribute(reader, 'auto_pad', 'string', 'NOTSET') !== 'VALID' && (attribute(reader, 'pads', 'ints', undefined) ?? []).some((pad) => pad !== 0);

function poolFault(reader: Layer, { begins, ends }: Amounts): string | undefined {
  if (intOf(reader, 'ceil_mode', 0) !== 0) return 'with ceil_mode the padding decides how many windows there are';
  const kernel = attribute(reader, 'kernel_shape', 'ints', undefined) ?? [];
  const dilated = (attribute(reader, 'dilations', 'ints', undefined) ?? []).some((d) => d !== 1);
  const own = attribute(reader, 'pads', 'ints', undefined) ?? [];
  const wide = kernel.some((size, i) => begins[i]! + (own[i] ?? 0) >= size || ends[i]! + (own[i + kernel.length] ?? 0) >= size);
  return wide || dilated ? 'a window could lie in the padding alone' : undefined;
}

/** Zeros count as cells there, so they must count here: with `count_include_pad`, and only if no other padding was left out. */
function averagePads(reader: Layer, amounts: Amounts): Answer<readonly (readonly [string, Attribute])[]> {
  const fault = poolFault(reader, amounts);
  if (fault !== undefined) return no(fault);
  if (hasPads(reader) && intOf(reader, 'count_include_pad', 0) === 0) return no('its own padding does not count in the average, the zeros of the Pad do');
  const pads = addedPads(reader, amounts);
  return pads.ok ? { ok: true, is: [...pads.is, ['count_include_pad', { type: 'int', value: 1 }]] } : pads;
}

/** A pool pads with nothing, a Pad with zeros: the same as long as no input is below zero. */
function maxPads(draft: Draft, reader: Layer, pad: Layer, amounts: Amounts): Answer<readonly (readonly [string, Attribute])[]> {
  const fault = poolFault(reader, amounts);
  if (fault !== undefined) return no(fault);
  if ((reader.outputs[1] ?? '') !== '') return no('the indices that it gives count the padding');
  const maker = draft.maker(inputOf(pad, 0));
  if (maker === undefined || !neverNegative(draft, maker)) return no('a zero of the Pad would win over negative inputs, padding of a MaxPool never does');
  return addedPads(reader, amounts);
}

/** Is no element that `layer` makes below zero? */
function neverNegative(draft: Draft, layer: Layer): boolean {
  const { activation } = layer;
  if (activation !== undefined) {
    return ['relu', 'sigmoid', 'hard-sigmoid'].includes(activation.kind) || (activation.kind === 'clip' && (activation.alpha ?? -Infinity) >= 0);
  }
  if (isOperator(layer, 'Clip')) return (numbersOfConstant(draft, inputOf(layer, 1))?.[0] ?? -Infinity) >= 0;
  return isOperator(layer, 'Relu', 'Sigmoid', 'HardSigmoid');
}
