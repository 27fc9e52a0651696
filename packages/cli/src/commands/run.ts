import { join } from 'node:path';
import { halfToNumber, type DenseTensor } from '@fretwork/format';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { makeFolder, writeFile } from '../files.js';
import { readModelFile } from '../model-file.js';
import { plain, printTable } from '../print-table.js';
import { DEVICE_OPTIONS, RUNTIME_OPTION, runtime, sessionOf } from '../runtimes.js';
import { npyBytes, readInputs } from '../tensor-file.js';

export const run: Command = {
  name: 'run',
  says: 'Runs a model on given inputs and writes its outputs.',
  operands: ['MODEL'],
  options: [
    { name: 'input', short: 'i', value: 'NAME=FILE', many: true, says: 'An input from a .npy file (or a .pb tensor); NAME= may be left out where there is one input.' },
    { name: 'output-dir', short: 'o', value: 'DIR', says: 'Write each output to DIR as NAME.npy; made where it does not exist.' },
    RUNTIME_OPTION,
    ...DEVICE_OPTIONS,
    { name: 'json', says: 'Print the outputs as JSON: name, type, shape, file, range.' },
  ],
  examples: ['fretwork run model.bcr --input image=cat.npy --output-dir out'],
  notes: ['In file names, characters of an output\'s name other than letters, digits, . _ - become _.', 'The range of an output without elements is null.'],
  run: async (args, terminal) => {
    const file = await readModelFile(args.positionals[0]!);
    const { model } = file;
    const inputs = await readInputs(model, args.texts('input'));
    const runner = runtime(args.text('runtime'), args);
    const session = await sessionOf(runner, file);
    const directory = args.text('output-dir');
    if (directory !== undefined) await makeFolder(directory);
    const outputs = await runner.run(session, inputs);
    const rows: { name: string; dtype: string; shape: readonly number[]; least: number; most: number; file?: string }[] = [];
    const taken = new Set<string>();
    for (const [name, tensor] of Object.entries(outputs)) {
      const row = { name, dtype: tensor.dtype, shape: tensor.shape, ...range(tensor) };
      if (directory === undefined) {
        rows.push(row);
        continue;
      }
      const file = join(directory, fileName(name, taken));
      await writeFile(file, npyBytes(tensor));
      rows.push({ ...row, file });
    }
    terminal.out(args.flag('json')
      ? `${JSON.stringify({ runtime: runner.id, outputs: rows }, undefined, 2)}\n`
      : printTable(['output', 'type', 'shape', 'least', 'most', 'file'], rows.map((r) => [plain(r.name), r.dtype, `[${r.shape.join(', ')}]`, r.least.toPrecision(6), r.most.toPrecision(6), r.file ?? '–'])));
    await runner.dispose?.(session);
    return EXIT.ok;
  },
};

function fileName(name: string, taken: Set<string>): string {
  const base = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_').slice(0, 200) || 'output';
  let file = `${base}.npy`;
  for (let i = 2; taken.has(file.toLowerCase()); i++) file = `${base}-${i}.npy`;
  taken.add(file.toLowerCase());
  return file;
}

function range(tensor: DenseTensor): { least: number; most: number } {
  let [least, most] = [Infinity, -Infinity];
  for (const held of tensor.data) {
    const value = tensor.dtype === 'f16' ? halfToNumber(held as number) : Number(held);
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return tensor.data.length === 0 ? { least: NaN, most: NaN } : { least, most };
}
