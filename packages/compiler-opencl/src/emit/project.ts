import type { EmittedFiles, ModelContext } from '@fretwork/compiler';
import type { OpenclPlan } from '../contract.js';
import { prelude } from '../kernels/prelude.js';
import { cmakeFile } from './cmake-file.js';
import { hostHeader } from './host-header.js';
import { hostSource, kernelStrings } from './host-source.js';
import { listLaunches } from './list-launches.js';

/** The files of `plan`, whose every decision is followed. Throws `opencl.plan` for a plan of another model. */
export function emitProject(plan: OpenclPlan, context: ModelContext): EmittedFiles {
  const { launches, kernels, weights } = listLaunches(plan, context);
  const source = `/* Kernels of this model and no others. Made by Fretwork. */\n${[prelude(), ...kernels.byName.values()].join('\n')}\n`;
  return new Map<string, string | Uint8Array>([
    [launches.source, source],
    [launches.weights, weights],
    [`${plan.prefix}.json`, `${JSON.stringify(launches)}\n`],
    [`${plan.prefix}.h`, hostHeader(plan, launches, weights.length)],
    [`${plan.prefix}.c`, hostSource(plan, launches)],
    [`${plan.prefix}_kernels.c`, kernelStrings(plan, source)],
    ['CMakeLists.txt', cmakeFile(plan)],
  ]);
}
