import { densityOf, inferShapes, weightsOf, type Activation, type Dimension, type DType, type Layer, type Model, type Tensor } from '@fretwork/format';
import type { Outcome, Pass, PassesResult, RunOptions } from '../contract.js';
import { PASSES } from '../passes/table.js';
import { runPasses } from './run-passes.js';

/** A note as it stands beside its layer. */
export interface ExplainedNote {
  readonly pass: string;
  readonly outcome: Outcome;
  readonly says: string;
}

/** One layer, before or after. Plain: made to be printed. */
export interface ExplainedLayer {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly dtype?: DType;
  /** Of the first output; left out: not known. */
  readonly shape?: readonly Dimension[];
  readonly activation?: Activation;
  /** Shape, encoding and share of kept weights of each prunable weight. */
  readonly weights: readonly { readonly shape: readonly number[]; readonly encoding: string; readonly density: number }[];
  /** Layers of the model before that it does the work of, where that is not itself alone. */
  readonly from: readonly string[];
  /** Before: what became of it. After: why it is still as it is, and what a backend may do with it. */
  readonly notes: readonly ExplainedNote[];
}

export interface Explanation {
  readonly model: string;
  readonly rounds: number;
  readonly before: readonly ExplainedLayer[];
  readonly after: readonly ExplainedLayer[];
  /** What each pass did, in the order of the table. */
  readonly passes: readonly { readonly name: string; readonly says: string; readonly done: number; readonly kept: number; readonly planned: number }[];
}

/** What `passes` do to `model`, layer by layer, as a plain record; and the result itself. Throws what `runPasses` throws. */
export function explainPasses(model: Model, passes: readonly Pass[] = PASSES, options: RunOptions = {}): { readonly explanation: Explanation; readonly result: PassesResult } {
  const result = runPasses(model, passes, options);
  const count = (pass: string, outcome: Outcome): number => result.notes.filter((note) => note.pass === pass && note.outcome === outcome).length;
  const notesOf = (layer: string, ...outcomes: readonly Outcome[]): readonly ExplainedNote[] => result.notes
    .filter((note) => note.layer === layer && outcomes.includes(note.outcome))
    .map(({ pass, outcome, says }) => ({ pass, outcome, says }));
  return {
    result,
    explanation: {
      model: model.name,
      rounds: result.rounds,
      before: linesOf(model, (layer) => notesOf(layer.name, 'done')),
      after: linesOf(result.model, (layer) => notesOf(layer.name, 'kept', 'plan')),
      passes: passes.map(({ name, says }) => ({ name, says, done: count(name, 'done'), kept: count(name, 'kept'), planned: count(name, 'plan') })),
    },
  };
}

function linesOf(model: Model, notes: (layer: Layer) => readonly ExplainedNote[]): readonly ExplainedLayer[] {
  const { values } = inferShapes(model);
  return model.layers.map((layer): ExplainedLayer => {
    const { dtype, shape } = values.get(layer.outputs.find((name) => name !== '') ?? '') ?? {};
    return {
      name: layer.name, operator: layer.operator, inputs: layer.inputs, outputs: layer.outputs,
      ...(dtype === undefined ? {} : { dtype }),
      ...(shape === undefined ? {} : { shape }),
      ...(layer.activation === undefined ? {} : { activation: layer.activation }),
      weights: weightsOf(model, layer).map(({ tensor }) => ({ shape: tensor.shape, encoding: encodingOf(tensor), density: densityOf(tensor) })),
      from: layer.origin ?? [],
      notes: notes(layer),
    };
  });
}

const encodingOf = (tensor: Tensor): string =>
  (tensor.kind === 'dense' ? 'dense' : [...new Set(tensor.matrices.map(({ encoding }) => encoding))].join(' and '));
