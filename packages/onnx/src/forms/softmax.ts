import { become, type FormChange } from './change.js';
import { intOf, valueOf, withAttribute } from './node.js';

/**
 * Before opset 13 the input was seen as a matrix: all dimensions before `axis` x all from it on, the sum taken over
 * the latter. That is today's form where `axis` is provably the last one; else the matrix is made and unmade.
 */
const alongMatrix = (operator: string): FormChange => ({
  operator, before: 13, says: 'its flattening of the input is written out',
  change: (node, context) => {
    const [x] = node.inputs;
    const axis = Number(valueOf(node, 'axis', 'int') ?? 1n);
    const rank = x === undefined ? undefined : context.rankOf(x);
    if (x === undefined || axis === -1 || (rank !== undefined && axis === rank - 1)) return become(withAttribute(node, 'axis', intOf(-1)));
    const shape = context.value(node.name, 'shape');
    const matrix = context.value(node.name, 'matrix');
    const result = context.value(node.name, 'result');
    const part = { origin: [node.name], attributes: new Map() };
    return become(
      { ...part, name: context.layer(node.name, 'shape'), operator: 'Shape', inputs: [x], outputs: [shape] },
      { ...part, name: context.layer(node.name, 'flatten'), operator: 'Flatten', inputs: [x], outputs: [matrix], attributes: new Map([['axis', intOf(axis)]]) },
      { ...withAttribute(node, 'axis', intOf(-1)), inputs: [matrix], outputs: [result] },
      { ...part, name: context.layer(node.name, 'reshape'), operator: 'Reshape', inputs: [result, shape], outputs: node.outputs },
    );
  },
});

export const SOFTMAX_CHANGES: readonly FormChange[] = ['Softmax', 'LogSoftmax'].map(alongMatrix);
