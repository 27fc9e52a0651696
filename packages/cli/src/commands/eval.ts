import { numberOption, usage } from '../arguments.js';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { evaluate, planBatches } from '../evaluate.js';
import { readModelFile } from '../model-file.js';
import { percent } from '../print-table.js';
import { RUNTIME_OPTION, runtime, sessionOf } from '../runtimes.js';
import { loadSamples, SAMPLE_OPTIONS } from '../training/data.js';

export const evalCommand: Command = {
  name: 'eval',
  says: 'Measures the accuracy of a classifier: the share of samples whose label is ranked first, and among the first five.',
  operands: ['MODEL'],
  options: [
    ...SAMPLE_OPTIONS,
    { name: 'batch', value: 'N', says: 'Samples per run, where the model leaves it open. Default: 16.' },
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
    const batch = numberOption(args, 'batch', { least: 1, most: 65536, whole: true }) ?? 16;
    const file = await readModelFile(args.positionals[0]!);
    const { model } = file;
    const samples = await loadSamples(args, model, spec);
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
