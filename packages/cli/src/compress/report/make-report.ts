import { gzipSync } from 'node:zlib';
import { costOf, densityOf, elementCount, inferShapes, weightsOf, type Layer, type LayerCost, type MappingPlan, type Model, type Scheme } from '@fretwork/format';
import { schemeText } from '../../scheme-option.js';
import { machineText } from '../../machine.js';
import { VERSION } from '../../version.js';
import type { CompressRequest } from '../contract.js';
import type { Folder, State } from '../folder.js';
import type { Stage } from '../run-stages.js';
import { drop, standardError } from '../stages/accuracy.js';
import type { Encoded } from '../stages/encode.js';
import { readBcr, type Imported } from '../stages/import.js';
import type { Measurement } from '../stages/measure.js';
import type { Profile } from '../stages/profile.js';
import type { Pruned } from '../stages/prune.js';
import type { Rehearsal } from '../stages/rehearse.js';
import type { Verified } from '../stages/verify.js';
import type { CompressReport, ReportedLayer, Verdict } from './record.js';

/** What all stages left, as one record. `onnx`: the file that was given. */
export async function makeReport(request: CompressRequest, folder: Folder, state: State, stages: readonly Stage[], onnx: Uint8Array): Promise<CompressReport> {
  const [imported, profile, rehearsal, pruned, encoded, verified, measured] = [
    await folder.json<Imported>('stages/import.json'), await folder.json<Profile>('stages/profile.json'), await folder.json<Rehearsal>('stages/rehearsal.json'), await folder.json<Pruned>('stages/prune.json'),
    await folder.json<Encoded>('stages/encode.json'), await folder.json<Verified>('stages/verify.json'), await folder.json<Measurement>('stages/measure.json'),
  ];
  const [whole, model] = [await readBcr(folder, 'stages/passes.bcr'), await readBcr(folder, 'model.bcr')];
  const shapes = inferShapes(whole, imported.inputShapes);
  const [before, after] = [costOf(whole, shapes), costOf(model, inferShapes(model, imported.inputShapes))];
  const [bcr, pruneOnnx] = [await folder.read('model.bcr'), await folder.read('model.onnx')];
  const { splits, budget } = request;
  const facts = ({ spec, labels, hash }: CompressRequest['splits']['train']): { spec: string; n: number; hash: string } => ({ spec, n: labels.length, hash });
  const zipped = (bytes: Uint8Array): number => gzipSync(bytes).length;
  return {
    version: 1, fretwork: VERSION, date: new Date().toISOString(), command: `fretwork compress ${request.words.join(' ')}`, machine: machineText(),
    model: { name: imported.name, path: request.model.path, hash: imported.hash },
    budget: { maxDrop: budget.maxDrop ?? null, latencyMs: budget.latencyMs ?? null, rate: budget.rate ?? null },
    verdicts: verdicts(request, pruned, verified, measured),
    data: { train: facts(splits.train), validation: { ...facts(splits.validation), from: splits.validationFrom }, test: facts(splits.test) },
    accuracy: { test: { before: verified.before, after: verified.after }, validation: { before: pruned.before, after: pruned.after } },
    size: {
      onnx: { before: onnx.length, after: pruneOnnx.length }, bcr: bcr.length, weights: { before: before.weightBytes, after: after.weightBytes },
      onnxZipped: { before: zipped(onnx), after: zipped(pruneOnnx) }, bcrZipped: zipped(bcr),
    },
    macs: before.macs.ok && after.macs.ok ? { before: before.macs.dense, after: after.macs.sparse } : null,
    rate: { reached: pruned.report.pruned.rate, tries: pruned.tries, epochs: pruned.epochs },
    speed: measured.runs,
    layers: profile.layers.map((timed) => layerOf(timed, { whole, model, before: before.layers, after: after.layers, plan: pruned.plan, rehearsal, encoded, measured })),
    rehearsed: { denseMs: rehearsal.denseMs, ms: rehearsal.ms },
    plan: { mapper: pruned.plan.mapper, target: pruned.plan.target }, search: pruned.plan.search ?? null,
    stages: stages.flatMap(({ name, says }) => (state[name] === undefined ? [] : [{ name, says, seconds: state[name].seconds, found: state[name].says }])),
    method: { pruner: request.pruner.name, options: request.pruner.options, settings: request.settings },
  };
}

function verdicts({ budget }: CompressRequest, pruned: Pruned, { before, after }: Verified, { runs }: Measurement): readonly Verdict[] {
  const lost = drop(before, after);
  const found: Verdict[] = [];
  if (budget.maxDrop !== undefined) {
    found.push({
      wish: `lose at most ${budget.maxDrop} points`, asked: true, held: lost <= budget.maxDrop + 1e-9,
      says: `${lost <= 0 ? `gains ${(-lost).toFixed(2)}` : `loses ${lost.toFixed(2)}`} points on ${before.n} test samples (standard error ${(100 * standardError(after)).toFixed(1)}); validation samples ${drop(pruned.before, pruned.after).toFixed(2)}`,
    });
  }
  if (budget.latencyMs !== undefined) {
    const { ms } = runs[0]!.contenders[0]!;
    found.push({ wish: `${budget.latencyMs} ms at most`, asked: true, held: ms <= budget.latencyMs, says: `${ms.toPrecision(3)} ms on one thread` });
  }
  const peers = runs.flatMap(({ threads, contenders: [, ...others] }) => {
    const best = [...others].sort((a, b) => a.ms - b.ms)[0];
    return best === undefined ? [] : [{ threads, best }];
  });
  for (const { threads, best } of peers) {
    found.push({
      wish: `faster than the best dense peer, ${threads === 1 ? 'one thread' : `${threads} threads`}`, asked: false, held: (best.factor ?? 0) > 1,
      says: best.factor === null ? `cannot be told from ${best.who}: the spread is larger than the gap` : `${best.factor.toFixed(2)} x ${best.who}`,
    });
  }
  return found;
}

interface Sources {
  readonly whole: Model;
  readonly model: Model;
  readonly before: readonly LayerCost[];
  readonly after: readonly LayerCost[];
  readonly plan: MappingPlan;
  readonly rehearsal: Rehearsal;
  readonly encoded: Encoded;
  readonly measured: Measurement;
}

function layerOf({ layer, operator, shape, share, ms, macs }: Profile['layers'][number], from: Sources): ReportedLayer {
  const own = from.model.layers.find(({ name }) => name === layer);
  const [before, after] = [from.before, from.after].map((costs) => costs.find((cost) => cost.layer === layer));
  const pair = from.measured.layers.find((one) => one.layer === layer);
  const entry = from.plan.entries.find((one) => one.layer === layer);
  const weights = own === undefined ? [] : weightsOf(from.model, own);
  const count = weights.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0);
  const kept = weights.reduce((sum, { tensor }) => sum + densityOf(tensor) * elementCount(tensor.shape), 0);
  const rehearsed = from.rehearsal.putBack.includes(layer);
  const stored = from.encoded.putBack.includes(layer);
  return {
    layer, operator, shape: shape?.join(' x ') ?? '?', share,
    scheme: count === 0 ? null : schemeWords(own?.scheme ?? { kind: 'dense' }), why: entry?.reason ?? (count === 0 ? 'no weights' : 'not in the plan'),
    density: count === 0 ? null : kept / count, weights: count,
    macs: macs === null || after?.macs.ok !== true ? null : { before: macs, after: after.macs.sparse },
    bytes: { before: before?.weightBytes ?? 0, after: after?.weightBytes ?? 0 },
    ms: { before: pair?.denseMs ?? ms, after: pair?.ms ?? ms },
    encoding: encodings(from.model, own), kernel: pair?.kernel ?? '', how: pair?.how ?? '', slower: count === 0 ? null : pair?.slower ?? null,
    putBack: rehearsed ? 'it was slower when pruned, before training: it kept all its weights' : stored ? `it was slower in sparse form (${from.encoded.layers.find((one) => one.layer === layer)?.slower ?? ''}): stored dense, what was cut stays 0` : null,
  };
}

/** `BCR 4 x 16`, with what rows and columns bear. */
function schemeWords(scheme: Scheme): string {
  if (scheme.kind !== 'bcr') return schemeText(scheme);
  const share = scheme.rowShare === 0 ? ', columns only' : scheme.rowShare === 1 ? ', rows only' : scheme.rowShare === 0.5 ? '' : `, row share ${scheme.rowShare}`;
  return `bcr ${scheme.blockRows}x${scheme.blockColumns}${share}`;
}

function encodings(model: Model, layer: Layer | undefined): string {
  if (layer === undefined) return '';
  const names = weightsOf(model, layer).flatMap(({ tensor }) => (tensor.kind === 'dense' ? ['dense'] : tensor.matrices.map((matrix) => (matrix.encoding === 'bcr' ? `bcr ${matrix.blockRows}x${matrix.blockColumns}` : matrix.encoding))));
  return [...new Set(names)].join(' + ');
}
