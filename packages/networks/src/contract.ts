/**
 * The contract of `@fretwork/networks`: the networks that pruning papers report on, as `Model` records.
 *
 * What it is. A table, `NETWORKS`, with one row per network: its name, what it is, the options it takes, and a pure function
 * that builds it. `buildNetwork` checks the options and calls it. Weights are random, drawn from a seed: He normal (He et al.
 * 2015) for convolutions, Glorot uniform (Glorot & Bengio 2010) for fully connected and recurrent layers; biases are 0, batch norms
 * pass their input on (scale 1, shift 0, mean 0, variance 1) and stay layers of their own, so that they can be trained.
 *
 * What it is not. No pretrained weights and no download. No description language: a network that is not in the table comes
 * as an ONNX file.
 *
 * Shapes. The batch is open (`N`); all other sizes are numbers, so that shapes, costs and data sets follow from the model alone.
 *
 * Who owns which buffer. Every call makes new tensors, which belong to the caller. The same name, options and seed give the
 * same bytes everywhere: only integers and correctly rounded operations go into a draw.
 *
 * What is thrown. `FretworkError` alone: `network.name`, `network.option`, `network.size`.
 */
import type { Model } from '@fretwork/format';

export type OptionValue = number | string;

/** A size or a choice that a network takes. */
export type NetworkOption = {
  readonly name: string;
  /** One phrase, for help texts. */
  readonly says: string;
} & (
  /** A number: whole unless `fraction`. */
  | { readonly default: number; readonly least: number; readonly most: number; readonly fraction?: true; readonly choices?: never }
  | { readonly default: string; readonly choices: readonly string[] }
);

/** Values of all options of a row, checked. Throws `network.option` for a name that the row does not have. */
export interface NetworkOptions {
  readonly number: (name: string) => number;
  readonly text: (name: string) => string;
}

export interface NetworkRow {
  readonly name: string;
  /** One sentence, with its source. */
  readonly says: string;
  readonly options: readonly NetworkOption[];
  /** Throws `network.size` where sizes do not go together. */
  readonly build: (options: NetworkOptions, seed: number) => Model;
}
