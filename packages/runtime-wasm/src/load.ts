import { FretworkError, loadStructure, type Layer, type Model, type ModelSource } from '@fretwork/format';
import type { Runtime, RuntimeOptions } from './contract.js';
import { supportOf } from './inspect.js';
import { chooseLevel } from './machine/choose-level.js';
import { PAGE_BYTES, RESERVED_BYTES } from './machine/machine.js';
import { startMachine } from './machine/start-machine.js';
import { packModel, planPacking } from './session/pack-model.js';
import { openSession } from './session/session.js';
import { planStates } from './session/states.js';

const GIBIBYTE = 2 ** 30;

/**
 * Takes up a model: bytes, a stream, a Blob, a path or file URL of a `.bcr` file, or a `Model`. Throws `run.unsupported`
 * (all refused layers at once, before the weights are waited for), `run.level`, `run.memory`, and those of `loadStructure`.
 */
export async function load(source: ModelSource | Model, options: RuntimeOptions = {}): Promise<Runtime> {
  const level = await chooseLevel(options.level ?? 'auto', options.revectorize);
  const model = isModel(source) ? source : await loadStructure(source, {
    signal: options.signal,
    onProgress: options.onProgress,
    onHeader: ({ header }) => requireSupport(header.layers as readonly Layer[]),
  });
  requireSupport(model.layers);
  const memoryLimit = Math.min(options.memoryLimit ?? GIBIBYTE, 65536 * PAGE_BYTES);
  const states = planStates(model, options);
  const packing = planPacking(states.model);
  const bytes = RESERVED_BYTES + packing.bytes;
  if (bytes > memoryLimit) {
    throw new FretworkError('run.memory', 'the weights alone need more memory', { expected: `at most ${memoryLimit} bytes`, actual: `${bytes} bytes`, hint: 'raise memoryLimit, or prune more' });
  }
  options.signal?.throwIfAborted();
  const { machine, threads } = await startMachine({
    level, bytes, threads: options.threads ?? 1, limitBytes: memoryLimit, signal: options.signal,
  });
  try {
    return openSession({
      model: states.model, machine, level, threads, packed: packModel(packing, machine.buffer(), RESERVED_BYTES), memoryLimit, weightBytes: packing.bytes, states, options,
    });
  } catch (error) {
    machine.dispose();
    throw error;
  }
}

const isModel = (source: ModelSource | Model): source is Model => typeof source === 'object' && 'layers' in source && 'tensors' in source;

function requireSupport(layers: readonly Layer[]): void {
  const refused = layers.flatMap((layer) => {
    const support = supportOf(layer);
    return support.ok ? [] : [{ layer, support }];
  });
  if (refused.length === 0) return;
  throw new FretworkError('run.unsupported', `${refused.length} of ${layers.length} layers cannot be run:${refused.map(({ layer, support }) => `\n  ${layer.name}: ${support.reason}`).join('')}\n `, {
    ...(refused.length === 1 ? { layer: refused[0]!.layer.name } : {}),
    hint: [...new Set(refused.map(({ support }) => support.hint))].join('; '),
  });
}
