import { DTYPES, FretworkError, type Layer } from '@fretwork/format';
import { PLAIN, sizeOf, type Node, type OperatorRow, type PackedMatrix, type Value, type Work } from '../operators/row.js';
import { findRow } from '../operators/table.js';
import { aligned, placeBuffers, SLACK_BYTES, type Lifetime } from './arena.js';
import { chooseLayouts, type Planned } from './choose-layouts.js';
import { cellsOf, compactLayout, type Layout } from './layout.js';
import { nodesOf, type PlanFor, type Subject } from './nodes.js';

export interface PlanStep {
  readonly node: Node;
  readonly row: OperatorRow;
  readonly packed: readonly PackedMatrix[];
  readonly work: Work;
  /** Byte offset in the arena. */
  readonly scratch: number;
  /** Byte offset in the plan's lasting part. */
  readonly program: number;
}

/** Everything about a run that can be known before it. Plain and printable. */
export interface Plan {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly steps: readonly PlanStep[];
  readonly skipped: readonly Layer[];
  /** Byte offset in the arena of each value that is computed or given, by name. */
  readonly places: ReadonlyMap<string, number>;
  /** How values lie that do not lie as tensors do, by name. */
  readonly layouts: ReadonlyMap<string, Layout>;
  /** Constants that machine code reads: byte offset in the lasting part, by name. */
  readonly constants: ReadonlyMap<string, number>;
  /** Bytes of programs and constants, which stay as long as the plan. */
  readonly lastingBytes: number;
  /** Bytes of values and scratch. */
  readonly arenaBytes: number;
  /** Who lives where and when, for tests and for printing. */
  readonly buffers: readonly (Lifetime & { readonly offset: number; readonly of: string })[];
}

/** The packed matrices of a layer; empty where it has none. */
export type PackedOf = (layer: Layer) => readonly PackedMatrix[];

/** A pure function: the same model, shapes and contents give the same plan. Throws what `nodesOf` throws. */
export function planModel(model: Subject, of: PlanFor, packedOf: PackedOf): Plan {
  const { nodes, inputs, outputs, skipped } = nodesOf(model, of, packedOf);
  const planned = nodes.map((node): Planned => {
    const row = findRow(node.layer);
    if (row === undefined) throw new FretworkError('run.unsupported', `operator ${node.layer.operator} is not known`, { layer: node.layer.name });
    return { node, row, packed: packedOf(node.layer) };
  });
  const layouts = chooseLayouts(planned, new Set([...inputs, ...outputs].map((value) => value.name)));
  const layoutOf = (value: Value): Layout => layouts.get(value.name) ?? compactLayout(value.shape);
  const works = planned.map(({ node, row, packed }) => ({ row, packed, work: row.work?.(node, packed, layoutOf, of.threads ?? 1) ?? PLAIN }));

  const owner = new Map<string, string>();
  const ownerOf = (name: string): string => owner.get(name) ?? name;
  const lives = new Map<string, { bytes: number; first: number; last: number }>();
  const touch = (value: Value, at: number): void => {
    if (value.constant !== undefined) return;
    const name = ownerOf(value.name);
    const life = lives.get(name);
    const layout = layouts.get(value.name);
    const cells = layout === undefined ? sizeOf(value.shape) : cellsOf(layout, value.shape);
    if (life === undefined) lives.set(name, { bytes: cells * DTYPES[value.dtype].bytes, first: at, last: at });
    else life.last = Math.max(life.last, at);
  };
  for (const input of inputs) touch(input, 0);
  nodes.forEach((node, at) => {
    const from = node.inputs[0];
    const to = node.outputs[0];
    if (isAlias(node, works[at]!.row) && from !== undefined && to !== undefined) owner.set(to.name, ownerOf(from.name));
    for (const input of node.inputs) if (input !== undefined) touch(input, at);
    if (node.residual !== undefined) touch(node.residual, at);
    for (const output of node.outputs) if (output !== undefined) touch(output, at);
  });
  for (const output of outputs) touch(output, nodes.length);
  if (of.keepInputs === true) for (const input of inputs) touch(input, nodes.length);

  const named = [...lives];
  const scratch = works.flatMap(({ work }, at) => (work.scratchBytes === 0 ? [] : [{ of: `scratch of ${nodes[at]!.layer.name}`, at, bytes: work.scratchBytes }]));
  const lifetimes = [
    ...named.map(([name, life]) => ({ of: name, ...life })),
    ...scratch.map(({ of: name, at, bytes }) => ({ of: name, bytes, first: at, last: at })),
  ];
  const arena = placeBuffers(lifetimes);
  const places = new Map(named.map(([name], i) => [name, arena.offsets[i]!]));
  for (const [name, of] of owner) if (places.has(of)) places.set(name, places.get(of)!);
  const scratchAt = new Map(scratch.map(({ at }, i) => [at, arena.offsets[named.length + i]!]));

  let lastingBytes = 0;
  const last = (bytes: number): number => {
    const at = lastingBytes;
    lastingBytes += aligned(bytes + SLACK_BYTES);
    return at;
  };
  const constants = new Map<string, number>();
  const steps = nodes.map((node, at): PlanStep => {
    const { row, packed, work } = works[at]!;
    for (const i of row.inMemory ?? []) {
      const value = node.inputs[i];
      if (value?.constant === undefined || constants.has(value.name) || packed.length === 0) continue;
      constants.set(value.name, last(sizeOf(value.shape) * DTYPES[value.dtype].bytes));
    }
    return { node, row, packed, work, scratch: scratchAt.get(at) ?? 0, program: work.programBytes === 0 ? 0 : last(work.programBytes) };
  });
  return {
    inputs, outputs, steps, skipped, places, layouts, constants, lastingBytes, arenaBytes: arena.bytes,
    buffers: lifetimes.map((life, i) => ({ ...life, offset: arena.offsets[i]! })),
  };
}

/** Does the node's first output share the buffer of its first input? An activation would write to it, a constant has none. */
export const isAlias = (node: Node, row: OperatorRow): boolean =>
  row.alias === true && node.activation === undefined && node.inputs[0]?.constant === undefined;
