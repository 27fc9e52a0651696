import { DATA_KINDS, loadDataset, NAMED_SETS, normalise } from '@fretwork/datasets';
import type { Model } from '@fretwork/format';
import { numberOption, numbersOption, usage } from '../arguments.js';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { evaluate, planBatches } from '../evaluate.js';
import { listFiles, readFile } from '../files.js';
import { readModelFile } from '../model-file.js';
import { percent } from '../print-table.js';
import { RUNTIME_OPTION, runtime, sessionOf } from '../runtimes.js';

export const evalCommand: Command = {
  name: 'eval',
  says: 'Measures the accuracy of a classifier: the share of samples whose label is ranked first, and among the first five.',
  operands: ['MODEL'],
  options: [
    { name: 'data', value: 'SPEC', says: `Samples and labels: ${DATA_KINDS.map((kind) => kind.example).join(', ')}, or ${NAMED_SETS.map((set) => set.name).join(', ')} in the folder FRETWORK_DATA_DIR.` },
    { name: 'scale', value: 'S', says: 'Multiply samples by S first; 1/255 is allowed. Default: 1.' },
    { name: 'mean', value: 'M', says: 'Then subtract the mean: one number, or one per channel divided by commas. Default: 0.' },
    { name: 'std', value: 'D', says: 'Then divide by the deviation, likewise. Default: 1.' },
    { name: 'batch', value: 'N', says: 'Samples per run, where the model leaves it open. Default: 16.' },
    { name: 'limit', value: 'N', says: 'Use the first N samples only.' },
    RUNTIME_OPTION,
    { name: 'json', says: 'Print { top1, top5, n }, fractions in 0..1.' },
  ],
  examples: [
    'fretwork eval model.bcr --data npy:X.npy,Y.npy',
    'FRETWORK_DATA_DIR=data fretwork eval GRU_L.onnx --data kws',
    'fretwork eval resnet20.onnx --data cifar10:test.bin.gz --scale 1/255 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225',
  ],
  run: async (args, terminal) => {
    const spec = args.text('data');
    if (spec === undefined) throw usage('data', 'eval needs --data', 'eval');
    const limit = numberOption(args, 'limit', { least: 1, most: Infinity, whole: true });
    const batch = numberOption(args, 'batch', { least: 1, most: 65536, whole: true }) ?? 16;
    const file = await readModelFile(args.positionals[0]!);
    const { model } = file;
    const root = process.env['FRETWORK_DATA_DIR'];
    const set = await loadDataset(spec, { readFile, listFiles, ...sampleOf(model), ...(root === undefined ? {} : { root }) });
    const n = Math.min(set.inputs.shape[0] ?? 0, limit ?? Infinity);
    const each = set.inputs.data.length / Math.max(1, set.inputs.shape[0] ?? 1);
    const shape = [n, ...set.inputs.shape.slice(1)];
    const data = normalise({ ...set.inputs, shape, data: set.inputs.data.subarray(0, n * each) }, {
      scale: numbersOption(args, 'scale')?.[0] ?? 1, mean: numbersOption(args, 'mean') ?? [0], std: numbersOption(args, 'std') ?? [1],
    });
    const samples = { shape, data, labels: set.labels.subarray(0, n) };
    const plan = planBatches(model, samples, batch);
    const runner = runtime(args.text('runtime'));
    const session = await sessionOf(runner, file);
    let shown = Date.now();
    const result = await evaluate(runner, session, plan, samples, {
      onBatch: (done, total) => {
        if (Date.now() - shown < 5000) return;
        shown = Date.now();
        terminal.err(`${done} of ${total} samples\n`);
      },
    });
    await runner.dispose?.(session);
    terminal.out(args.flag('json') ? `${JSON.stringify(result)}\n` : `top-1 ${percent(result.top1)}, top-5 ${percent(result.top5)} of ${result.n} samples\n`);
    return EXIT.ok;
  },
};

/** What the model takes for one sample, where the file says it: a named set picks its features by it. */
function sampleOf(model: Model): { readonly inputShape?: readonly number[] } {
  const sample = model.inputs[0]?.shape?.slice(1) ?? [];
  return sample.length > 0 && sample.every((d) => typeof d === 'number') ? { inputShape: sample } : {};
}
