import type { Stage } from './run-stages.js';
import { encodeStage } from './stages/encode.js';
import { importStage } from './stages/import.js';
import { mapStage } from './stages/map.js';
import { measureStage } from './stages/measure.js';
import { passesStage } from './stages/passes.js';
import { profileStage } from './stages/profile.js';
import { pruneStage } from './stages/prune.js';
import { rehearseStage } from './stages/rehearse.js';
import { reportStage } from './stages/report.js';
import { verifyStage } from './stages/verify.js';

/** What a dry run does: all that needs no training. */
export const BEFORE_TRAINING: readonly Stage[] = [importStage, passesStage, profileStage, mapStage, rehearseStage];

const WORK: readonly Stage[] = [...BEFORE_TRAINING, pruneStage, encodeStage, verifyStage, measureStage];

/** The stages of `fretwork compress`, in order, one row each; help and the report read the same rows. */
export const STAGES: readonly Stage[] = [...WORK, reportStage(WORK)];
