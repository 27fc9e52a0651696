import type { Pass } from '../contract.js';
import { chooseLayouts } from './choose-layouts.js';
import { findResidualAdds } from './find-residual-adds.js';
import { foldBatchNorms } from './fold-batch-norms.js';
import { foldConstants } from './fold-constants.js';
import { foldPads } from './fold-pads.js';
import { fuseActivations } from './fuse-activations.js';
import { fuseBiases } from './fuse-biases.js';
import { mergeMoves } from './merge-moves.js';
import { removeDead } from './remove-dead.js';
import { removeNoOps } from './remove-no-ops.js';

/** The passes that all targets share, in the order in which a round runs them. */
export const PASSES: readonly Pass[] = [
  foldConstants, removeNoOps, mergeMoves, foldPads, foldBatchNorms, fuseBiases, fuseActivations, removeDead, findResidualAdds, chooseLayouts,
];
