import { dense, type DenseTensor, type ValueInfo } from '@fretwork/format';
import type { OnnxProblem, LayerPlan } from '../contract.js';
import type { FormContext, FormResult } from '../forms/change.js';
import { knownOf } from '../forms/known.js';
import type { Node } from '../forms/node.js';
import { changesFor } from '../forms/table.js';
import { judgeForm, layerProblem } from './judge.js';
import { namesBeside } from './name.js';

/** Nodes in the form of `OPERATOR_FORM`, and what that took. */
export interface Reformed {
  readonly nodes: readonly Node[];
  readonly plans: readonly LayerPlan[];
  readonly problems: readonly OnnxProblem[];
}

/** Takes every node through its changes of form. Adds to `tensors` what attributes said, and removes what nobody reads any more. */
export function reform(
  nodes: readonly Node[], opset: number, values: readonly ValueInfo[], outputs: readonly ValueInfo[], tensors: Map<string, DenseTensor>,
): Reformed {
  const valueNames = namesBeside([...tensors.keys(), ...values.map((v) => v.name), ...nodes.flatMap((n) => n.outputs)]);
  const layerNames = namesBeside(nodes.map((node) => node.name));
  const known = knownOf(nodes, values, tensors);
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map((value) => value.name)]);
  const context: FormContext = {
    ...known,
    isRead: (name) => read.has(name),
    tensor: (name) => tensors.get(name),
    value: (layer, what) => valueNames.take(`${layer}/${what}`),
    layer: (layer, what) => layerNames.take(`${layer}/${what}`),
    add: (layer, what, dtype, shape, data) => {
      const name = valueNames.take(`${layer}/${what}`);
      tensors.set(name, dense(dtype, shape, data));
      return name;
    },
  };

  const done: Node[] = [];
  const plans: LayerPlan[] = [];
  const problems: OnnxProblem[] = [];
  for (const node of nodes) {
    const changes: string[] = [];
    const result = reformOne(node, opset, context, changes);
    if (!result.ok) {
      problems.push(layerProblem(node.name, node.operator, 'form', result.reason, result.hint));
      continue;
    }
    done.push(...result.nodes);
    plans.push({ name: node.name, operator: result.nodes.map((made) => made.operator).join(' + '), changes });
    for (const made of result.nodes) problems.push(...judgeForm(made));
  }
  dropUnread(nodes, done, outputs, tensors);
  return { nodes: done, plans, problems };
}

function reformOne(node: Node, opset: number, context: FormContext, changes: string[]): FormResult {
  let parts: readonly Node[] = [node];
  let seen = '';
  // A change may give another operator (Upsample → Resize), whose own changes follow.
  for (let operator = node.operator; operator !== seen && parts.length === 1; operator = parts[0]!.operator) {
    seen = operator;
    for (const row of changesFor(operator, opset)) {
      const next: Node[] = [];
      for (const part of parts) {
        const result: FormResult = part.operator === row.operator ? row.change(part, context) : { ok: true, nodes: [part] };
        if (!result.ok) return result;
        next.push(...result.nodes);
      }
      if (next.length !== parts.length || next.some((part, i) => part !== parts[i])) changes.push(row.says);
      parts = next;
    }
  }
  return { ok: true, nodes: parts };
}

/** Tensors that were read before and by nobody after, as the empty `roi` of a `Resize`. */
function dropUnread(before: readonly Node[], after: readonly Node[], outputs: readonly ValueInfo[], tensors: Map<string, DenseTensor>): void {
  const read = new Set([...after.flatMap((node) => node.inputs), ...outputs.map((value) => value.name)]);
  for (const name of new Set(before.flatMap((node) => node.inputs))) if (!read.has(name)) tensors.delete(name);
}
