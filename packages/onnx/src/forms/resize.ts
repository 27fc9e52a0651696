import type { DenseTensor } from '@fretwork/format';
import { become, refuseOldForm, type FormChange, type FormContext, type FormResult } from './change.js';
import { stringOf, valueOf, withAttribute, without, type Node } from './node.js';

export const RESIZE_CHANGES: readonly FormChange[] = [
  {
    operator: 'Upsample', before: 9, says: 'scales become an input',
    change: (node, context) => {
      const scales = valueOf(node, 'scales', 'floats');
      if (scales === undefined) return refuseOldForm('it has no scales');
      const name = context.add(node.name, 'scales', 'f32', [scales.length], Float32Array.from(scales));
      return become({ ...without(node, 'scales'), inputs: [node.inputs[0] ?? '', name] });
    },
  },
  { operator: 'Upsample', before: 10, says: 'it becomes Resize', change: (node) => become({ ...node, operator: 'Resize' }) },
  { operator: 'Resize', before: 11, says: 'its way of rounding is written out', change: asymmetric },
  { operator: 'Resize', before: 13, says: 'empty roi and scales are left out', change: leaveOutEmpty },
];

/**
 * Before opset 11 a coordinate was divided by its scale, and the nearest element was the one below where a tensor grew
 * and the one above where it shrank.
 */
function asymmetric(node: Node, context: FormContext): FormResult {
  const [x, scales] = node.inputs;
  if (x === undefined || scales === undefined || scales === '') return refuseOldForm('it has no scales');
  const resized = withAttribute({ ...node, inputs: [x, '', scales] }, 'coordinate_transformation_mode', stringOf('asymmetric'));
  if ((valueOf(node, 'mode', 'string') ?? 'nearest') !== 'nearest') return become(resized);
  const rounding = roundingOf(context.tensor(scales));
  if (rounding === undefined) return refuseOldForm('its scales are not constant, or it grows along one axis and shrinks along another');
  return become(withAttribute(resized, 'nearest_mode', stringOf(rounding)));
}

function roundingOf(scales: DenseTensor | undefined): 'floor' | 'ceil' | undefined {
  if (scales?.dtype !== 'f32') return undefined;
  const all = Array.from(scales.data as Float32Array);
  if (all.every((scale) => scale >= 1)) return 'floor';
  return all.every((scale) => scale <= 1) ? 'ceil' : undefined;
}

/** Until opset 13 an input that says nothing had to be an empty tensor. */
function leaveOutEmpty(node: Node, context: FormContext): FormResult {
  if (valueOf(node, 'coordinate_transformation_mode', 'string') === 'tf_half_pixel_for_nn') {
    return refuseOldForm('coordinate_transformation_mode tf_half_pixel_for_nn is no longer part of ONNX');
  }
  const inputs = node.inputs.map((name, at) => (at > 0 && context.tensor(name)?.data.length === 0 ? '' : name));
  while (inputs.at(-1) === '') inputs.pop();
  return become(inputs.length === node.inputs.length && inputs.every((name, at) => name === node.inputs[at]) ? node : { ...node, inputs });
}
