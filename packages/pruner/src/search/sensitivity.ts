import { FretworkError, type Model, type Scheme } from '@fretwork/format';
import type { PrunedModel, PruneRequest } from '../contract.js';
import { planPruning } from '../one-shot/plan-pruning.js';
import { pruneModel } from '../one-shot/prune-model.js';
import { withRate } from '../training/part.js';

/** How good a model is; larger is better. The caller runs it. */
export type Evaluate = (model: Model) => number | Promise<number>;

export interface ScanRequest extends Pick<PruneRequest, 'skip' | 'smallest' | 'options'> {
  /** Its rate is replaced by each of `rates`. */
  readonly scheme: Scheme;
  readonly rates: readonly number[];
  readonly evaluate: Evaluate;
  /** How one layer is pruned. Default `pruneModel`. */
  readonly prune?: (model: Model, request: PruneRequest) => PrunedModel | Promise<PrunedModel>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly layer: string; readonly rate: number; readonly done: number; readonly all: number }) => void;
}

/** One layer at one rate, all others dense. */
export type ScanPoint =
  | { readonly asked: number; readonly reached: number; readonly accuracy: number; readonly drop: number; readonly reason?: never }
  /** The layer cannot be pruned at this rate. */
  | { readonly asked: number; readonly reason: string; readonly reached?: never; readonly accuracy?: never; readonly drop?: never };

export interface LayerSensitivity {
  readonly layer: string;
  readonly operator: string;
  readonly weights: number;
  readonly points: readonly ScanPoint[];
}

/** Plain data: `JSON.stringify` keeps all of it. */
export interface SensitivityScan {
  readonly scheme: Scheme;
  /** Of the model as it was given. */
  readonly baseline: number;
  readonly layers: readonly LayerSensitivity[];
}

/** The accuracy of the model when each layer alone is pruned, at several rates; layers x rates evaluations and one more. */
export async function scanSensitivity(model: Model, request: ScanRequest): Promise<SensitivityScan> {
  const { scheme, rates, evaluate, prune = pruneModel, signal, onProgress, skip, smallest, options } = request;
  const more = { ...(smallest !== undefined && { smallest }), ...(options !== undefined && { options }) };
  const baseline = await evaluate(model);
  const skipped = new Set(planPruning(model, { scheme: withRate(scheme, 1), ...more, ...(skip !== undefined && { skip }) }).layers
    .filter(({ reason }) => reason === 'skipped by name').map(({ layer }) => layer));
  const planned = planPruning(model, { scheme: withRate(scheme, 1), ...more }).layers.filter(({ layer }) => !skipped.has(layer));
  const layers: LayerSensitivity[] = [];
  for (const [index, { layer, operator, weights }] of planned.entries()) {
    const points: ScanPoint[] = [];
    for (const [at, asked] of rates.entries()) {
      signal?.throwIfAborted();
      const single: PruneRequest = { plan: { target: '', mapper: 'sensitivity scan', entries: [{ layer, scheme: withRate(scheme, asked), reason: 'alone' }] }, ...more };
      const now = planPruning(model, single).layers.find((l) => l.layer === layer)!;
      if (now.scheme.kind === 'dense') {
        points.push({ asked, reason: now.reason });
      } else {
        const { model: pruned, report } = await prune(model, single);
        const accuracy = await evaluate(pruned);
        points.push({ asked, reached: report.pruned.rate, accuracy, drop: baseline - accuracy });
      }
      onProgress?.({ layer, rate: asked, done: index * rates.length + at + 1, all: planned.length * rates.length });
    }
    layers.push({ layer, operator, weights: weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0), points });
  }
  return { scheme, baseline, layers };
}

/** The layers that alone cost more than `maxDrop` at `rate`, a rate of the scan: to be left alone. Throws `scan.rate`. */
export function sensitiveLayers({ layers }: SensitivityScan, limit: { readonly rate: number; readonly maxDrop: number }): readonly string[] {
  return layers.filter(({ points }) => {
    const point = points.find(({ asked }) => asked === limit.rate);
    if (point === undefined) throw new FretworkError('scan.rate', 'the scan has no such rate', { expected: points.map(({ asked }) => asked).join(', '), actual: String(limit.rate) });
    return point.drop !== undefined && point.drop > limit.maxDrop;
  }).map(({ layer }) => layer);
}

/** The scan as lines of text: a row for each layer, a column for each rate with the accuracy there, `-` where it cannot be pruned so. */
export function printSensitivity({ baseline, layers }: SensitivityScan): string {
  const rates = layers[0]?.points.map(({ asked }) => `${asked}x`) ?? [];
  const rows = [
    ['layer', 'weights', ...rates],
    ...layers.map(({ layer, weights, points }) => [layer, String(weights), ...points.map(({ accuracy }) => accuracy?.toFixed(4) ?? '-')]),
    ['(dense)', '', ...rates.map(() => baseline.toFixed(4))],
  ];
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  return rows.map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ').trimEnd()).join('\n');
}
