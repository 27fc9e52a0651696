import { explainPasses, planMemory, type ExplainedLayer } from '@fretwork/compiler';
import { evaluateLayer } from '@fretwork/reference';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { openShapes, SHAPE_OPTION } from '../input-shapes.js';
import { FORECAST_OPTIONS, runForecast } from '../mapping/forecast-option.js';
import { EXTERNAL_DATA_OPTION, readModelFile } from '../model-file.js';
import { grouped, plain, printTable } from '../print-table.js';

export const explain: Command = {
  name: 'explain',
  says: 'Shows what the graph passes make of a model: layers before and after, what was fused into what, and why not.',
  operands: ['MODEL'],
  options: [
    SHAPE_OPTION,
    ...FORECAST_OPTIONS.map((row) => (row.name === 'target' ? { ...row, says: `Show instead what pruning would bring, as will-it-be-faster does. ${row.says}` } : row)),
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print { model, rounds, before, after, passes, memory } as JSON; with --target: the forecast.' },
  ],
  examples: ['fretwork explain model.onnx', 'fretwork explain pruned.bcr --shape image=1x3x224x224 --json'],
  run: async (args, terminal) => {
    if (args.text('target') !== undefined) return await runForecast(args, terminal);
    const { model } = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
    const { explanation, result } = explainPasses(model, undefined, { inputShapes: openShapes(model, args.texts('shape'), 'explain'), evaluate: evaluateLayer });
    const memory = planMemory(result.model);
    if (args.flag('json')) {
      terminal.out(`${JSON.stringify({ ...explanation, memory }, undefined, 2)}\n`);
      return EXIT.ok;
    }
    const counted = explanation.passes.filter((pass) => pass.done + pass.kept + pass.planned > 0);
    terminal.out(`Before: ${explanation.before.length} layers\n${layerTable(explanation.before)}\n`);
    terminal.out(`After: ${explanation.after.length} layers\n${layerTable(explanation.after)}\n`);
    terminal.out(printTable(['pass', 'done', 'kept', 'planned', 'does'], counted.map((p) => [p.name, p.done, p.kept, p.planned, p.says])));
    terminal.out(`\n${explanation.before.length} layers → ${explanation.after.length} in ${explanation.rounds} rounds; `
      + `${memory.ok ? `activations need ${grouped(memory.peakBytes)} bytes at most, ${grouped(memory.separateBytes)} without sharing`
        : `no memory plan: layer ${plain(memory.layer)}: ${memory.reason}; ${memory.hint}`}\n`);
    return EXIT.ok;
  },
};

const layerTable = (layers: readonly ExplainedLayer[]): string => printTable(
  ['layer', 'operator', 'shape', 'fused', 'why'],
  layers.map((l) => [
    plain(l.name, 32), l.activation === undefined ? l.operator : `${l.operator} + ${l.activation.kind}`,
    l.shape?.map((d) => (typeof d === 'number' ? d : plain(d, 12))).join('x') ?? '?',
    l.from.map((name) => plain(name, 24)).filter((name) => name !== l.name).join(', '),
    l.notes.map((note) => `${note.says} (${note.pass})`).join('; '),
  ]),
);
