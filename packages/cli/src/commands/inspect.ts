import {
  costOf, densityOf, inferShapes, weightsOf, type Layer, type LayerCost, type Model, type Scheme, type ShapeTable,
} from '@fretwork/format';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { openShapes, SHAPE_OPTION } from '../input-shapes.js';
import { EXTERNAL_DATA_OPTION, readModelFile } from '../model-file.js';
import { grouped, percent, plain, printTable } from '../print-table.js';
import { schemeText } from '../scheme-option.js';

/** One layer as `inspect --json` prints it. */
interface LayerRow {
  readonly name: string;
  readonly operator: string;
  /** Of the first output; null where it is not known. */
  readonly shape: readonly (number | string)[] | null;
  readonly parameters: number;
  /** Multiply-accumulates as if dense, and those that are left; null with a reason where shapes are not known. */
  readonly macs: number | null;
  readonly sparseMacs: number | null;
  readonly reason: string;
  readonly scheme: Scheme | null;
  /** Kept share of the prunable weights; null where the layer has none. */
  readonly density: number | null;
  readonly encoding: string;
  /** Bytes of its tensors as they are stored, indices included. */
  readonly bytes: number;
}

export const inspect: Command = {
  name: 'inspect',
  says: 'Shows what a model is made of: per layer operator, output shape, parameters, MACs, scheme, density, encoding and bytes.',
  operands: ['MODEL'],
  options: [
    SHAPE_OPTION,
    { name: 'recognise-sparse', says: '.onnx: see weights that hold zeros as sparse, with the scheme their zeros show.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print { name, inputs, outputs, layers, totals } as JSON.' },
  ],
  examples: ['fretwork inspect model.onnx', 'fretwork inspect pruned.bcr --json'],
  run: async (args, terminal) => {
    const { model, bytes } = await readModelFile(args.positionals[0]!, { recogniseSparse: args.flag('recognise-sparse'), externalData: args.flag('external-data') });
    const shapes = inferShapes(model, openShapes(model, args.texts('shape'), 'inspect'));
    const cost = costOf(model, shapes);
    const layers = model.layers.map((layer, i) => rowOf(model, layer, cost.layers[i]!, shapes));
    const totals = {
      layers: layers.length, parameters: cost.parameters, kept: cost.kept,
      macs: cost.macs.ok ? cost.macs.dense : null, sparseMacs: cost.macs.ok ? cost.macs.sparse : null,
      weightBytes: cost.weightBytes, fileBytes: bytes.length,
    };
    if (args.flag('json')) {
      terminal.out(`${JSON.stringify({ name: model.name, inputs: model.inputs, outputs: model.outputs, layers, totals }, undefined, 2)}\n`);
      return EXIT.ok;
    }
    terminal.out(printTable(
      ['layer', 'operator', 'shape', 'parameters', 'MACs', 'left', 'scheme', 'density', 'encoding', 'bytes'],
      layers.map((l) => [
        plain(l.name), l.operator, l.shape === null ? '?' : l.shape.map((d) => (typeof d === 'number' ? d : plain(d, 12))).join('x') || 'scalar',
        grouped(l.parameters), l.macs === null ? '?' : grouped(l.macs), l.sparseMacs === null ? '?' : grouped(l.sparseMacs),
        schemeText(l.scheme ?? undefined), l.density === null ? '' : percent(l.density), l.encoding, grouped(l.bytes),
      ]),
    ));
    terminal.out(`\n${totals.layers} layers, ${grouped(totals.parameters)} parameters (${grouped(totals.kept)} not zero), `
      + `${totals.macs === null ? 'MACs unknown' : `${grouped(totals.macs)} MACs (${grouped(totals.sparseMacs!)} left)`}, `
      + `${grouped(totals.weightBytes)} bytes of weights, ${grouped(totals.fileBytes)} bytes in the file\n`);
    for (const problem of shapes.problems) terminal.err(`shape: layer ${plain(problem.layer ?? '')}: expected ${problem.expected}, found ${problem.actual} [${problem.code}]\n`);
    return EXIT.ok;
  },
};

function rowOf(model: Model, layer: Layer, cost: LayerCost, shapes: ShapeTable): LayerRow {
  const weights = weightsOf(model, layer);
  const elements = weights.reduce((sum, w) => sum + w.tensor.shape.reduce((a, b) => a * b, 1), 0);
  const kept = weights.reduce((sum, w) => sum + densityOf(w.tensor) * w.tensor.shape.reduce((a, b) => a * b, 1), 0);
  const encodings = new Set(weights.map((w) => (w.tensor.kind === 'dense' ? 'dense' : w.tensor.matrices.map(encodingText)[0] ?? 'sparse')));
  return {
    name: layer.name, operator: layer.operator,
    shape: shapes.values.get(layer.outputs.find((o) => o !== '') ?? '')?.shape ?? null,
    parameters: cost.parameters,
    macs: cost.macs.ok ? cost.macs.dense : null,
    sparseMacs: cost.macs.ok ? cost.macs.sparse : null,
    reason: cost.macs.ok ? '' : cost.macs.reason,
    scheme: layer.scheme ?? null,
    density: elements === 0 ? null : kept / elements,
    encoding: [...encodings].join(' + '),
    bytes: cost.weightBytes,
  };
}

const encodingText = (matrix: { readonly encoding: string; readonly blockRows?: number; readonly blockColumns?: number }): string =>
  (matrix.encoding === 'bcr' ? `bcr ${matrix.blockRows}x${matrix.blockColumns}` : matrix.encoding);
