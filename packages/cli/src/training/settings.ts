import { adam, adamW, rmsProp, sgd, type Loss, type Optimiser } from '@fretwork/autodiff';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, OptionRow } from '../contract.js';
import { AUGMENTATIONS } from './augmentations.js';

interface OptimiserRow {
  readonly name: string;
  readonly rate: number;
  readonly make: (weightDecay: number) => Optimiser;
}

/** What `--optimiser` can name, with the learning rate it gets where none is given. The first is the default. */
const OPTIMISERS: readonly OptimiserRow[] = [
  { name: 'adam', rate: 0.001, make: (weightDecay) => adam({ weightDecay }) },
  { name: 'adamw', rate: 0.001, make: (weightDecay) => adamW({ weightDecay }) },
  { name: 'sgd', rate: 0.05, make: (weightDecay) => sgd({ momentum: 0.9, weightDecay }) },
  { name: 'rmsprop', rate: 0.0005, make: (weightDecay) => rmsProp({ weightDecay }) },
];

/** How a network is trained, whatever for. */
export const SETTING_OPTIONS: readonly OptionRow[] = [
  { name: 'batch', value: 'N', says: 'Samples of one step, where the model leaves it open. Default: 64.' },
  { name: 'optimiser', value: 'NAME', says: `${OPTIMISERS.map(({ name, rate }) => `${name} (rate ${rate})`).join(', ')}; sgd has momentum 0.9. Default: ${OPTIMISERS[0]!.name}.` },
  { name: 'learning-rate', value: 'R', says: 'Learning rate; it falls as the method or schedule says.' },
  { name: 'weight-decay', value: 'W', says: 'Weight decay. Default: 0.' },
  { name: 'label-smoothing', value: 'S', says: 'Share of each target that is spread over all classes. Default: 0.' },
  { name: 'clip-norm', value: 'N', says: 'Scale gradients down to this joint norm. Default: not at all.' },
  { name: 'augment', value: 'HOW', many: true, says: `Change samples while training: ${AUGMENTATIONS.map((row) => `${row.name}${row.value === undefined ? '' : `=${row.value}`} (${row.says})`).join('; ')}.` },
  { name: 'seed', value: 'N', says: 'Seeds weights, order and augmentation. Default: 0.' },
  { name: 'threads', value: 'N', says: 'Threads of ONNX Runtime; other numbers give other last bits. Default: 1.' },
  { name: 'checkpoint', value: 'FILE', says: 'Where checkpoints go. Default: OUT.checkpoint, removed at the end.' },
  { name: 'resume', says: 'Go on from the checkpoint.' },
  { name: 'recipe', value: 'FILE', says: 'Where to write what makes this model again. Default: OUT.recipe.json.' },
];

/** Plain: goes into the recipe and decides whether a checkpoint fits. */
export interface Settings {
  readonly batch: number;
  readonly optimiser: string;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly clipNorm?: number;
  readonly augment: readonly string[];
  readonly seed: number;
  readonly threads: number;
}

/** Throws `usage.*`. */
export function settingsOf(args: Arguments): Settings {
  const name = args.text('optimiser') ?? OPTIMISERS[0]!.name;
  const row = OPTIMISERS.find((one) => one.name === name);
  if (row === undefined) throw usage('optimiser', `there is no optimiser ${JSON.stringify(name)}; known: ${OPTIMISERS.map((one) => one.name).join(', ')}`, args.command);
  const clipNorm = numberOption(args, 'clip-norm', { least: 1e-6, most: Infinity });
  return {
    batch: numberOption(args, 'batch', { least: 1, most: 65_536, whole: true }) ?? 64,
    optimiser: name,
    learningRate: numberOption(args, 'learning-rate', { least: 0, most: 100 }) ?? row.rate,
    weightDecay: numberOption(args, 'weight-decay', { least: 0, most: 1 }) ?? 0,
    labelSmoothing: numberOption(args, 'label-smoothing', { least: 0, most: 0.99 }) ?? 0,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    augment: args.texts('augment'),
    seed: numberOption(args, 'seed', { least: 0, most: 2 ** 31, whole: true }) ?? 0,
    threads: numberOption(args, 'threads', { least: 1, most: 256, whole: true }) ?? 1,
  };
}

export const optimiserOf = ({ optimiser, weightDecay }: Settings): Optimiser => OPTIMISERS.find(({ name }) => name === optimiser)!.make(weightDecay);

export const lossOf = ({ labelSmoothing }: Settings): Loss => ({ kind: 'cross-entropy', labelSmoothing });
