import { runPasses } from '@fretwork/compiler';
import type { Model } from '@fretwork/format';
import { evaluateLayer } from '@fretwork/reference';
import type { Arguments } from '../contract.js';
import { openShapes } from '../input-shapes.js';

/** A model as it will be run, which its time depends on, and for which inputs. Layers with weights keep their names. */
export function asRun(model: Model, args: Arguments): { readonly model: Model; readonly inputShapes: Readonly<Record<string, readonly number[]>> } {
  const inputShapes = openShapes(model, args.texts('shape'), args.command);
  return { model: runPasses(model, undefined, { inputShapes, evaluate: evaluateLayer }).model, inputShapes };
}
