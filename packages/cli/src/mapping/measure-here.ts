import { timeLayers } from '@fretwork/bench';
import type { Measure } from '@fretwork/mapper-search';
import { pruneModel } from '@fretwork/pruner';
import { machineText } from '../machine.js';

/** Cuts the plan into the model in one shot and times it layer by layer on `runtime-wasm`, in this process: structure decides the time, not weights. */
export const measureHere: Measure = async (model, { plan, inputShapes, rounds, seed }) => {
  const [timings = []] = await timeLayers([pruneModel(model, { plan }).model], { inputShapes, rounds, seed });
  const sum = (of: (timing: (typeof timings)[number]) => number): number => timings.reduce((total, timing) => total + of(timing), 0);
  return { ms: sum(({ ms }) => ms), spread: sum(({ spread }) => spread), device: `${machineText()}, runtime-wasm` };
};
