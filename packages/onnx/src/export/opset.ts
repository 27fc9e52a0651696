import { FretworkError, quote } from '@fretwork/format';
import type { Node } from '../forms/node.js';
import { operatorRow } from '../operators/table.js';

/** Oldest opset that is written. */
const OLDEST_WRITTEN = 13;

/** Newest opset that is written: ONNX Runtime 1.30 promises no more. The forms of 27 are those of 26. */
const NEWEST_WRITTEN = 26;

/** `[opset, IR version]`: from this opset on, files are of this version. */
const IR_VERSIONS: readonly (readonly [opset: number, version: number])[] = [[13, 7], [15, 8], [19, 9], [21, 10], [23, 11], [24, 12], [25, 13]];

export const irVersionOf = (opset: number): number => IR_VERSIONS.filter(([from]) => from <= opset).at(-1)![1];

/** The oldest opset that has the form of `node`. */
function sinceOf(node: Node): number {
  const row = operatorRow(node.operator)!;
  const used = row.attributes.filter((attribute) => node.attributes.has(attribute.name));
  return Math.max(row.since, ...used.map((attribute) => attribute.since ?? 0));
}

/** The opset to write. Throws `onnx.export-opset` where `asked` has not the forms of all nodes. */
export function chooseOpset(nodes: readonly Node[], sourceOpset: number, asked: number | undefined): number {
  const least = nodes.reduce((opset, node) => Math.max(opset, sinceOf(node)), OLDEST_WRITTEN);
  if (asked === undefined) return Math.max(least, Math.min(sourceOpset, NEWEST_WRITTEN));
  if (Number.isInteger(asked) && asked >= least && asked <= NEWEST_WRITTEN) return asked;
  const needs = nodes.filter((node) => sinceOf(node) > asked).map((node) => `${quote(node.name)} (${node.operator})`);
  throw new FretworkError('onnx.export-opset', 'the model cannot be written with this opset', {
    expected: `${least} to ${NEWEST_WRITTEN}`, actual: `${asked}`,
    hint: needs.length === 0 ? 'leave the opset to exportModel' : `newer forms are needed by ${needs.slice(0, 5).join(', ')}${needs.length > 5 ? ', …' : ''}`,
  });
}
