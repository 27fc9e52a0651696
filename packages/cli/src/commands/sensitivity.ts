import { calibrate, printSensitivity, scanSensitivity, sensitiveLayers, type PrunedModel, type PruneRequest } from '@fretwork/pruner';
import type { Model } from '@fretwork/format';
import { numberOption, numbersOption, usage } from '../arguments.js';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { EXTERNAL_DATA_OPTION, readModelFile } from '../model-file.js';
import { SCHEME_OPTIONS, schemeOption } from '../scheme-option.js';
import { captureWith } from '@fretwork/autodiff';
import { loadSamples, SAMPLE_OPTIONS, sourceOf } from '../training/data.js';
import { engine } from '../training/engine.js';
import { interruptible } from '../training/interruption.js';
import { judge } from '../training/make-trainer.js';

export const sensitivity: Command = {
  name: 'sensitivity',
  says: 'Shows what each layer alone costs in accuracy when it is pruned, at several rates: which layers to leave alone.',
  operands: ['MODEL'],
  options: [
    ...SCHEME_OPTIONS.filter(({ name }) => name !== 'rate'),
    { name: 'rates', value: 'N,N…', says: 'Rates to try. Default: 2,4,8.' },
    ...SAMPLE_OPTIONS,
    { name: 'calibrate', value: 'SPEC', says: 'Re-fit what stays on up to 256 of these samples, labels unread, instead of plain magnitude pruning.' },
    { name: 'skip', value: 'NAME', many: true, says: 'Leave this layer out of the scan; * stands for anything.' },
    { name: 'max-drop', value: 'D', says: 'Also name the layers that lose more than this at the highest rate.' },
    { name: 'batch', value: 'N', says: 'Samples per run, where the model leaves it open. Default: 64.' },
    { name: 'threads', value: 'N', says: 'Threads of ONNX Runtime. Default: 1.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print the scan as JSON.' },
  ],
  examples: ['fretwork sensitivity resnet20.onnx --data cifar10 --scale 1/255 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --scheme bcr --block 4x16'],
  notes: ['Runs on onnxruntime-node, which you install beside fretwork. A scan evaluates layers x rates models; --limit makes each of them cheaper.'],
  run: async (args, terminal) => {
    const spec = args.text('data');
    if (spec === undefined) throw usage('data', 'sensitivity needs --data', 'sensitivity');
    const scheme = schemeOption(args, 2);
    const rates = numbersOption(args, 'rates') ?? [2, 4, 8];
    if (rates.some((rate) => !(rate >= 1))) throw usage('number', '--rates are numbers of at least 1', 'sensitivity');
    const batch = numberOption(args, 'batch', { least: 1, most: 65_536, whole: true }) ?? 64;
    const maxDrop = numberOption(args, 'max-drop', { least: 0, most: 1 });
    const { model } = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
    const { sessions } = await engine({ threads: numberOption(args, 'threads', { least: 1, most: 256, whole: true }) ?? 1 });
    const samples = await loadSamples(args, model, spec);
    const seen = args.text('calibrate');
    const source = seen === undefined ? undefined : sourceOf(model, await loadSamples(args, model, seen), batch);
    const refitted = async (given: Model, request: PruneRequest): Promise<PrunedModel> => await calibrate(given, { ...request, captureInputs: captureWith(sessions, source!, source!.batchSize, 256) });
    const scan = await interruptible('a scan starts over: fewer --rates or a --limit make it shorter', (signal) => scanSensitivity(model, {
      scheme, rates, skip: args.texts('skip'), signal, ...(source !== undefined && { prune: refitted }),
      evaluate: async (candidate) => (await judge(candidate, samples, sessions, batch)).accuracy,
      onProgress: ({ layer, rate, done, all }) => terminal.err(`${done}/${all} ${layer} at ${rate}\n`),
    }));
    const sensitive = maxDrop === undefined ? undefined : sensitiveLayers(scan, { rate: Math.max(...rates), maxDrop });
    terminal.out(args.flag('json') ? `${JSON.stringify({ ...scan, ...(sensitive !== undefined && { sensitive }) }, undefined, 2)}\n`
      : `${printSensitivity(scan)}\n${sensitive === undefined ? '' : `to leave alone: ${sensitive.join(' ') || 'none'}\n`}`);
    return EXIT.ok;
  },
};
