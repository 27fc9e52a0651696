import {
  AXES_CHANGES, CLIP_CHANGE, DROPOUT_CHANGE, DROPOUT_MASK_CHANGE, PAD_CHANGE, SLICE_CHANGE, SPLIT_CHANGES, TOPK_CHANGE,
} from './attribute-to-input.js';
import { become, refuse, refuseOldForm, type FormChange } from './change.js';
import { valueOf, without } from './node.js';
import { RESIZE_CHANGES } from './resize.js';
import { SOFTMAX_CHANGES } from './softmax.js';

/**
 * The history of operators, as far as it concerns their form: one row per change, taken from top to bottom. An
 * operator without a row has had this form since `OperatorRow.reads`.
 */
export const FORM_CHANGES: readonly FormChange[] = [
  ...AXES_CHANGES,
  SLICE_CHANGE,
  ...SPLIT_CHANGES,
  CLIP_CHANGE,
  PAD_CHANGE,
  TOPK_CHANGE,
  DROPOUT_MASK_CHANGE,
  DROPOUT_CHANGE,
  ...RESIZE_CHANGES,
  ...SOFTMAX_CHANGES,
  {
    operator: 'Scatter', since: 9, says: 'it becomes ScatterElements',
    change: (node) => become({ ...node, operator: 'ScatterElements' }),
  },
  {
    operator: 'BatchNormalization', before: 9, says: 'spatial is left out',
    change: (node) => ((valueOf(node, 'spatial', 'int') ?? 1n) === 1n ? become(without(node, 'spatial')) : refuseOldForm('spatial = 0: statistics per element')),
  },
  {
    operator: 'BatchNormalization', before: 14, says: 'outputs of training are left out',
    change: (node) => (node.outputs.slice(1).every((name) => name === '') ? become(node.outputs.length === 1 ? node : { ...node, outputs: node.outputs.slice(0, 1) })
      : refuse('it is in training mode', 'export the model for inference')),
  },
  ...['Cast', 'CastLike'].map((operator): FormChange => ({
    operator, since: 24, says: 'round_mode, which concerns 8-bit floats only, is left out',
    change: (node) => become(without(node, 'round_mode')),
  })),
  {
    operator: 'Range', since: 27, says: 'stash_type is left out',
    change: (node) => ((valueOf(node, 'stash_type', 'int') ?? 1n) === 1n ? become(without(node, 'stash_type'))
      : refuse('stash_type is not float', 'export the model with stash_type = 1')),
  },
];

/** Operators of files that go by another name today, and the opsets that have them. */
export const RENAMED: ReadonlyMap<string, readonly [from: number, to: number]> = new Map([['Upsample', [7, 9]], ['Scatter', [9, 27]]]);

/** The changes that a node of a file of `opset` needs. */
export const changesFor = (operator: string, opset: number): readonly FormChange[] =>
  FORM_CHANGES.filter((row) => row.operator === operator && (row.before === undefined || opset < row.before) && (row.since === undefined || opset >= row.since));
