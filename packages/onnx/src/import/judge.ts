import { DTYPES, quote } from '@fretwork/format';
import { NEWEST_OPSET, OLDEST_OPSET, type OnnxProblem } from '../contract.js';
import { RENAMED } from '../forms/table.js';
import type { Node } from '../forms/node.js';
import { operatorRow } from '../operators/table.js';
import type { onnx } from '../schema/onnx.pb.js';
import { tensorType, typeName } from '../tensor/types.js';
import { isOwnDomain } from './opset.js';

/** A problem of a layer. */
export const layerProblem = (name: string, operator: string, part: OnnxProblem['part'], reason: string, hint: string): OnnxProblem =>
  ({ kind: 'layer', name, operator, part, reason, hint });

const shown = (proto: onnx.NodeProto): string => (isOwnDomain(proto.domain) ? proto.opType : `${proto.domain}::${proto.opType}`);

/** Whether this package has the operator of a node, in the opset of its file. */
export function judgeOperator(proto: onnx.NodeProto, name: string, opset: number, functions: readonly onnx.FunctionProto[]): OnnxProblem | undefined {
  const problem = (reason: string, hint: string): OnnxProblem => layerProblem(name, shown(proto), 'operator', reason, hint);
  const same = (a: string, b: string): boolean => a === b || (isOwnDomain(a) && isOwnDomain(b));
  if (functions.some((f) => f.name === proto.opType && same(f.domain, proto.domain))) {
    return problem('it calls a function of the model', 'inline the functions of the model before import');
  }
  if (!isOwnDomain(proto.domain)) return problem(`operators of the domain ${quote(proto.domain)} are not supported`, 'export the model with operators of ONNX only');
  const renamed = RENAMED.get(proto.opType);
  const row = operatorRow(proto.opType);
  const reads = renamed?.[0] ?? row?.reads;
  if (reads === undefined) return problem('this operator is not supported', 'replace it by supported ones, or cut this part off the model');
  if (opset > (renamed?.[1] ?? NEWEST_OPSET)) return problem(`opset ${opset} no longer has this operator`, 'export the model again');
  if (opset >= reads) return undefined;
  return problem(reads > OLDEST_OPSET ? `opset ${opset} does not have this operator` : `its form before opset ${reads} is not supported`,
    `export the model with opset ${Math.max(OLDEST_OPSET, reads)} or newer`);
}

/** What is wrong with a node in the form of `OPERATOR_FORM`: unknown or missing attributes, number of inputs or outputs. */
export function judgeForm(node: Node): readonly OnnxProblem[] {
  const row = operatorRow(node.operator)!;
  const problems: OnnxProblem[] = [];
  const again = 'the file is not valid ONNX, or of a newer version than supported; export it again';
  const problem = (part: OnnxProblem['part'], reason: string, hint = again): void => {
    problems.push(layerProblem(node.name, node.operator, part, reason, hint));
  };
  for (const [name, value] of node.attributes) {
    const known = row.attributes.find((attribute) => attribute.name === name);
    if (known === undefined) problem('attribute', `attribute ${quote(name)} is not known`);
    else if (known.type !== value.type) problem('attribute', `attribute ${name} is of type ${value.type}, not ${known.type}`);
    else if ((value.type === 'int' ? [value.value] : value.type === 'ints' ? value.value : []).some((v) => !Number.isSafeInteger(Number(v)))) {
      problem('attribute', `attribute ${name} is beyond 2^53`);
    }
  }
  for (const attribute of row.attributes) {
    if (attribute.required === true && !node.attributes.has(attribute.name)) problem('attribute', `attribute ${attribute.name} is missing`);
  }
  for (const [what, names, [least, most]] of [['inputs', node.inputs, row.inputs], ['outputs', node.outputs, row.outputs]] as const) {
    const there = names.slice(0, least).filter((name) => name !== '').length;
    if (there < least || names.length > most) problem('arity', `it has ${there < least ? there : names.length} ${what}, not ${least === most ? least : `${least} or more`}`);
  }
  const to = node.operator === 'Cast' ? node.attributes.get('to') : undefined;
  if (to?.type === 'int' && tensorType(Number(to.value)) === undefined) {
    problem('type', `it casts to ${typeName(Number(to.value))}`, `supported are ${Object.keys(DTYPES).join(', ')}`);
  }
  return problems;
}
