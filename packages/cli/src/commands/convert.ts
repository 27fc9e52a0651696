import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { grouped } from '../print-table.js';
import { checkModelPath, EXTERNAL_DATA_OPTION, readModelFile, writeModelFile } from '../model-file.js';

export const convert: Command = {
  name: 'convert',
  says: 'Turns a model from one file form into another: .onnx, .bcr, or .txt (the layerwise representation to read and edit).',
  operands: ['IN', 'OUT'],
  options: [
    { name: 'recognise-sparse', says: '.onnx in: store weights that hold zeros as sparse, with the scheme their zeros show.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print what was done as JSON.' },
  ],
  examples: ['fretwork convert model.onnx model.bcr', 'fretwork convert pruned.bcr pruned.onnx', 'fretwork convert model.bcr model.txt'],
  run: async (args, terminal) => {
    const [input, output] = args.positionals as [string, string];
    checkModelPath(output);
    const { model, bytes } = await readModelFile(input, { recogniseSparse: args.flag('recognise-sparse'), externalData: args.flag('external-data') });
    const written = await writeModelFile(output, model);
    terminal.out(args.flag('json')
      ? `${JSON.stringify({ input, output, inputBytes: bytes.length, outputBytes: written, layers: model.layers.length }, undefined, 2)}\n`
      : `${input} (${grouped(bytes.length)} bytes) → ${output} (${grouped(written)} bytes), ${model.layers.length} layers\n`);
    return EXIT.ok;
  },
};
