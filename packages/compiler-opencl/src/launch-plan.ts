/**
 * The list of launches: everything that a host has to do, as plain data. `emit` writes it as JSON for `loadProgram` and as
 * tables in the C host.
 */
import { FretworkError } from '@fretwork/format';
import type { StorageType } from './contract.js';

/** Which part of which memory a buffer is. */
export type BufferRow =
  /** A piece of the arena. */
  | { readonly kind: 'arena'; readonly offset: number; readonly bytes: number }
  /** A piece of the file of constants. */
  | { readonly kind: 'constant'; readonly offset: number; readonly bytes: number }
  /** Memory of its own: what the host writes before a run and reads after it. */
  | { readonly kind: 'own'; readonly bytes: number }
  /** Another buffer, seen as texels of four elements. */
  | { readonly kind: 'image'; readonly of: number; readonly texels: number };

/** `b`: a buffer by its place; `i`: a 32-bit integer; `f`: a float; `l`: local memory, in bytes per work-item. */
export type LaunchArgument = readonly ['b' | 'i' | 'f' | 'l', number];

export interface Launch {
  /** Place in `layers`; -1: of the model's own. */
  readonly layer: number;
  readonly kernel: string;
  /** Work-items; the axis of `group` is rounded up to whole work-groups. */
  readonly global: readonly [number, number, number];
  /**
   * Work-groups lie along one axis and hold as many items as the device allows, a power of two, `most` at the most, or one wave of the device where that is more and `most` is not 1.
   * `alone`: one group does all. `across`: so many items at the most, a power of two, along the other one of the first two axes too, as many
   * as the device and its local memory have room for; there `global` counts groups.
   */
  readonly group: { readonly axis: number; readonly most: number; readonly alone?: boolean; readonly across?: number };
  readonly args: readonly LaunchArgument[];
}

export interface LaunchTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Elements are floats there, whatever the type. */
  readonly buffer: number;
}

export interface LaunchPlan {
  readonly version: 1;
  readonly model: string;
  readonly type: StorageType;
  /** Given to the OpenCL compiler. */
  readonly options: string;
  /** Names of files beside this one. */
  readonly source: string;
  readonly weights: string;
  readonly arenaBytes: number;
  readonly layers: readonly string[];
  readonly buffers: readonly BufferRow[];
  readonly inputs: readonly LaunchTensor[];
  readonly outputs: readonly LaunchTensor[];
  readonly launches: readonly Launch[];
}

/** Most bytes of one buffer, and of the arena: what is larger is no plan of ours. */
const MOST_BYTES = 2 ** 32;

const whole = (value: unknown, most = MOST_BYTES): boolean => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const lists = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Reads what `emit` wrote. Throws `opencl.launch-plan` with the first rule that is broken. */
export function parseLaunchPlan(text: string): LaunchPlan {
  let plan: LaunchPlan;
  try {
    plan = JSON.parse(text) as LaunchPlan;
  } catch (cause) {
    throw new FretworkError('opencl.launch-plan', 'the list of launches is no JSON', { hint: 'compile the model again', cause });
  }
  const wrong = brokenRule(plan);
  if (wrong !== undefined) throw new FretworkError('opencl.launch-plan', 'the list of launches breaks a rule', { actual: wrong, hint: 'compile the model again' });
  return plan;
}

function brokenRule(plan: LaunchPlan): string | undefined {
  if (typeof plan !== 'object' || plan === null || plan.version !== 1) return 'it is not of version 1';
  if (![plan.layers, plan.buffers, plan.inputs, plan.outputs, plan.launches].every(lists)) return 'a list is missing';
  if (!['model', 'type', 'options', 'source', 'weights'].every((key) => typeof plan[key as 'model'] === 'string')) return 'a text is missing';
  if (![plan.source, plan.weights].every((name) => /^[a-z][a-z0-9_]*\.(cl|bin)$/.test(name))) return 'a file has a name that is not ours';
  if (!whole(plan.arenaBytes)) return `an arena of ${String(plan.arenaBytes)} bytes`;
  return plan.buffers.map((row, i) => brokenBuffer(row, i, plan)).find((rule) => rule !== undefined)
    ?? [...plan.inputs, ...plan.outputs].map((tensor) => brokenTensor(tensor, plan)).find((rule) => rule !== undefined)
    ?? plan.launches.map((launch, i) => brokenLaunch(launch, i, plan)).find((rule) => rule !== undefined);
}

function brokenBuffer(row: BufferRow, i: number, { arenaBytes, buffers }: LaunchPlan): string | undefined {
  switch (row?.kind) {
    case 'arena': return whole(row.offset) && whole(row.bytes) && row.bytes > 0 && row.offset + row.bytes <= arenaBytes ? undefined : `buffer ${i} lies outside of the arena`;
    case 'constant': return whole(row.offset) && whole(row.bytes) && row.bytes > 0 ? undefined : `buffer ${i} has no size`;
    case 'own': return whole(row.bytes) && row.bytes > 0 ? undefined : `buffer ${i} has no size`;
    case 'image': return whole(row.of, i - 1) && buffers[row.of]!.kind !== 'image' && whole(row.texels) && row.texels > 0 ? undefined : `buffer ${i} is an image of no buffer before it`;
    default: return `buffer ${i} is of no kind`;
  }
}

function brokenTensor({ name, shape, buffer }: LaunchTensor, { buffers }: LaunchPlan): string | undefined {
  if (typeof name !== 'string' || !lists(shape) || !shape.every((size) => whole(size)) || !whole(buffer, buffers.length - 1)) return 'an input or output is not described';
  const row = buffers[buffer]!;
  const bytes = 4 * (shape as readonly number[]).reduce((a, b) => a * b, 1);
  return row.kind === 'own' && row.bytes === Math.max(4, bytes) ? undefined : `the buffer of ${JSON.stringify(name)} has not its size`;
}

function brokenLaunch({ layer, kernel, global, group, args }: Launch, i: number, plan: LaunchPlan): string | undefined {
  const fits = Number.isSafeInteger(layer) && layer >= -1 && layer < plan.layers.length && typeof kernel === 'string' && /^[a-z][a-z0-9_]*$/.test(kernel)
    && lists(global) && global.length === 3 && global.every((size) => whole(size, 2 ** 31) && (size as number) > 0)
    && typeof group === 'object' && whole(group.axis, 2) && whole(group.most, 4096) && group.most > 0 && (group.across === undefined || (group.axis < 2 && whole(group.across, 4096) && group.across > 0))
    && lists(args) && (args as readonly LaunchArgument[]).every(([kind, value]) =>
    (kind === 'b' ? whole(value, plan.buffers.length - 1) : kind === 'i' ? Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31 : kind === 'l' ? whole(value, 2 ** 16) && value > 0 : kind === 'f' && (typeof value === 'number' || value === null)));
  return fits ? undefined : `launch ${i} is not described`;
}
