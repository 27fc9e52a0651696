import type { Layer } from '@fretwork/format';
import { isOperator, type Draft } from './draft.js';

export type Producer =
  | { readonly ok: true; readonly layer: Layer }
  | { readonly ok: false; readonly reason: string };

const no = (reason: string): Producer => ({ ok: false, reason });

/** Everything that speaks against giving the work of `reader` on `value` to the layer that makes `value`, one of `operators`. */
export function producerFor(draft: Draft, value: string, reader: Layer, operators: readonly string[], what: string): Producer {
  const layer = draft.maker(value);
  if (layer === undefined) return no(`its input is ${draft.isInput(value) ? 'an input of the model' : 'a constant'}: no layer before it can take the ${what}`);
  if (!isOperator(layer, ...operators)) return no(`its input comes from ${layer.name} (${layer.operator}), which takes no ${what}`);
  if (layer.outputs[0] !== value) return no(`its input is output ${layer.outputs.indexOf(value)} of ${layer.name}; only the first one can be fused`);
  if (draft.isOutput(value)) return no(`what ${layer.name} makes is an output of the model and must stay`);
  if (layer.activation !== undefined) return no(`${layer.name} already applies ${layer.activation.kind}`);
  const others = draft.readers(value).filter((other) => other.name !== reader.name);
  if (others.length > 0) return no(`what ${layer.name} makes is also read by ${others.slice(0, 3).map(({ name }) => name).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`);
  return { ok: true, layer };
}

/** `producer` with the work of `reader` done: it makes what `reader` made, and what was fused into `reader` is fused into it. */
export function takenOver(producer: Layer, reader: Layer, origin: readonly string[]): Layer {
  return {
    ...producer,
    outputs: [reader.outputs[0]!],
    ...(reader.activation === undefined ? {} : { activation: reader.activation }),
    origin,
  };
}
