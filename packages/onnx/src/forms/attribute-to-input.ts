import { addInts, become, refuseOldForm, withInput, type FormChange, type FormContext } from './change.js';
import { intOf, valueOf, withAttribute, without, type Node } from './node.js';

/** `axes` as an attribute becomes input `at`; where the node has none, it stays as it is. */
const axesToInput = (operator: string, before: number): FormChange => ({
  operator, before, says: 'axes become an input',
  change: (node, context) => {
    const axes = valueOf(node, 'axes', 'ints');
    if (axes === undefined) return become(node);
    return become({ ...without(node, 'axes'), inputs: withInput(node.inputs, 1, addInts(context, node.name, 'axes', axes)) });
  },
});

const reduced: readonly string[] = ['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare'];

export const AXES_CHANGES: readonly FormChange[] = [
  axesToInput('Squeeze', 13),
  axesToInput('Unsqueeze', 13),
  axesToInput('ReduceSum', 13),
  ...reduced.map((operator) => axesToInput(operator, 18)),
];

export const SLICE_CHANGE: FormChange = {
  operator: 'Slice', before: 10, says: 'starts, ends and axes become inputs',
  change: (node, context) => {
    const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => valueOf(node, name, 'ints'));
    if (starts === undefined || ends === undefined) return refuseOldForm('it has no starts and ends');
    const count = starts.length;
    if (ends.length !== count || (axes !== undefined && axes.length !== count)) return refuseOldForm('its starts, ends and axes differ in number');
    const inputs = [node.inputs[0] ?? '', addInts(context, node.name, 'starts', starts), addInts(context, node.name, 'ends', ends)];
    if (axes !== undefined) inputs.push(addInts(context, node.name, 'axes', axes));
    return become({ ...without(node, 'starts', 'ends', 'axes'), inputs });
  },
};

export const SPLIT_CHANGES: readonly FormChange[] = [
  {
    operator: 'Split', before: 13, says: 'split becomes an input',
    change: (node, context) => {
      const split = valueOf(node, 'split', 'ints');
      if (split === undefined) return become(node);
      return become({ ...without(node, 'split'), inputs: withInput(node.inputs, 1, addInts(context, node.name, 'split', split)) });
    },
  },
  {
    operator: 'Split', before: 18, says: 'the number of equal parts is written out',
    change: (node) => become((node.inputs[1] ?? '') === '' ? withAttribute(node, 'num_outputs', intOf(node.outputs.length)) : node),
  },
];

export const TOPK_CHANGE: FormChange = {
  operator: 'TopK', before: 10, says: 'k becomes an input',
  change: (node, context) => {
    const k = valueOf(node, 'k', 'int');
    if (k === undefined) return refuseOldForm('it has no k');
    return become({ ...without(node, 'k'), inputs: withInput(node.inputs, 1, addInts(context, node.name, 'k', [k])) });
  },
};

/** A number as a scalar of the element type of the node's first input. Only floats: the old forms had no others. */
function addLikeInput(node: Node, what: string, value: number, context: FormContext): string | undefined {
  const dtype = context.dtypeOf(node.inputs[0] ?? '');
  if (dtype === 'f32') return context.add(node.name, what, dtype, [], Float32Array.of(value));
  if (dtype === 'f64') return context.add(node.name, what, dtype, [], Float64Array.of(value));
  return undefined;
}

export const CLIP_CHANGE: FormChange = {
  operator: 'Clip', before: 11, says: 'min and max become inputs',
  change: (node, context) => {
    if (!node.attributes.has('min') && !node.attributes.has('max')) return become(node);
    let inputs = node.inputs;
    for (const [at, name] of [[1, 'min'], [2, 'max']] as const) {
      const bound = valueOf(node, name, 'float');
      if (bound === undefined) continue;
      const added = addLikeInput(node, name, bound, context);
      if (added === undefined) return refuseOldForm('its bounds are float and its operand is neither f32 nor f64');
      inputs = withInput(inputs, at, added);
    }
    return become({ ...without(node, 'min', 'max'), inputs });
  },
};

export const PAD_CHANGE: FormChange = {
  operator: 'Pad', before: 11, says: 'pads and value become inputs',
  change: (node, context) => {
    const pads = valueOf(node, 'pads', 'ints');
    if (pads === undefined) return refuseOldForm('it has no pads');
    const inputs = [node.inputs[0] ?? '', addInts(context, node.name, 'pads', pads)];
    const value = valueOf(node, 'value', 'float') ?? 0;
    if (value !== 0) {
      const added = addLikeInput(node, 'value', value, context);
      if (added === undefined) return refuseOldForm('its value is float and its operand is neither f32 nor f64');
      inputs.push(added);
    }
    return become({ ...without(node, 'pads', 'value'), inputs });
  },
};

export const DROPOUT_CHANGE: FormChange = {
  operator: 'Dropout', before: 12, says: 'ratio becomes an input',
  change: (node, context) => {
    const ratio = valueOf(node, 'ratio', 'float');
    if (ratio === undefined) return become(node);
    return become({ ...without(node, 'ratio'), inputs: withInput(node.inputs, 1, context.add(node.name, 'ratio', 'f32', [], Float32Array.of(ratio))) });
  },
};

/** Until opset 10 the mask had the element type of the data; since then it is bool. */
export const DROPOUT_MASK_CHANGE: FormChange = {
  operator: 'Dropout', before: 10, says: 'a mask that nobody reads is left out',
  change: (node, context) => {
    const mask = node.outputs[1];
    if (mask === undefined) return become(node);
    return mask !== '' && context.isRead(mask) ? refuseOldForm('its mask is used, which was no bool tensor then') : become({ ...node, outputs: node.outputs.slice(0, 1) });
  },
};
