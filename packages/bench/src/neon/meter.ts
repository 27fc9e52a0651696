import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, EmittedFiles } from '@fretwork/compiler';
import type { ElementType } from '@fretwork/compiler-neon';
import { FretworkError } from '@fretwork/format';
import type { Counts } from './contract.js';
import { buildCounter, countRegions, countsOf } from './count.js';
import { CORES } from './cycles.js';
import { crossOptions, elementOf } from './own.js';
import { runTool } from './tools.js';

/** Cycles that a line is taken to cost which the first cache does not hold: an assumption, most of its time passes behind other work. */
const PER_MISS = 4;

interface CostRow {
  readonly name: string;
  readonly unit: string;
  /** Undefined: executed instructions. */
  readonly core?: string;
  readonly misses: boolean;
}

const COSTS: readonly CostRow[] = [
  { name: 'instructions', unit: 'instructions', misses: false },
  ...CORES.flatMap(({ name }): CostRow[] => [
    { name, unit: `${name} cycles`, core: name, misses: false },
    { name: `${name}-cache`, unit: `${name} cycles, ${PER_MISS} more a miss`, core: name, misses: true },
  ]),
];

/** What a run of NEON code costs: executed instructions, or modelled cycles of a core, without or with those of a modelled first cache. */
export const NEON_COSTS: readonly string[] = COSTS.map(({ name }) => name);

/** The unit of a cost, as tuning logs name it; undefined for one that there is not. */
export const unitOfCost = (cost: string): string | undefined => COSTS.find(({ name }) => name === cost)?.unit;

/** What kernels include. To read them takes clang four times as long as a kernel does. */
const HEADERS = ['arm_neon.h', 'math.h', 'stddef.h', 'stdint.h', 'string.h'];

export interface NeonMeter {
  /** Builds a project with one model in it, runs it once under the emulator and counts. For `Backend.measure`. */
  readonly measure: NonNullable<Backend['measure']>;
  /** The same run, all that is counted of it, cycles among it. */
  readonly count: (files: EmittedFiles) => Promise<Counts>;
  /** Removes what was compiled. */
  readonly dispose: () => Promise<void>;
}

/**
 * Counts what emitted projects cost, with clang 14 and qemu-aarch64. Kernels are compiled one by one and kept: trials of a
 * tuner share most of theirs. Throws `bench.option` for a `cost` that is not one of `NEON_COSTS`, `bench.tool` where a tool is missing.
 */
export async function neonMeter(cost = 'instructions', type: ElementType = 'f32'): Promise<NeonMeter> {
  const row = COSTS.find(({ name }) => name === cost);
  if (row === undefined) throw new FretworkError('bench.option', 'there is no such cost', { expected: NEON_COSTS.join(', '), actual: cost });
  const compiler = crossOptions(type);
  const root = await mkdtemp(join(tmpdir(), 'fretwork-meter-'));
  const plugin = await buildCounter(root);
  const kept = new Map<string, Promise<string>>();
  const headers = join(root, 'headers.pch');
  await writeFile(join(root, 'headers.h'), HEADERS.map((name) => `#include <${name}>\n`).join(''));
  await runTool('clang-14', [...compiler, '-x', 'c-header', 'headers.h', '-o', headers], root);
  let projects = 0;

  /** The object file of `text`, compiled beside the headers of `directory`. */
  const objectOf = (text: string, directory: string): Promise<string> => {
    const key = createHash('sha256').update(text).digest('hex').slice(0, 32);
    const object = join(root, `${key}.o`);
    const made = kept.get(key) ?? writeFile(join(root, `${key}.c`), text)
      .then(() => runTool('clang-14', [...compiler, '-include-pch', headers, `-I${directory}`, '-c', join(root, `${key}.c`), '-o', object], directory)).then(() => object);
    kept.set(key, made);
    return made;
  };

  const run = async (files: EmittedFiles, cycles: boolean, misses: boolean): Promise<Counts> => {
    const directory = join(root, `project-${projects++}`);
    await mkdir(directory);
    try {
      for (const [name, content] of files) await writeFile(join(directory, name), content);
      const prefix = prefixOf(files);
      await writeFile(join(directory, 'main.c'), MAIN.replace('FWELEMENT', elementOf(type)).replace('FWHEADER', `${prefix}.h`).replaceAll('FWU_', `${prefix.toUpperCase()}_`).replaceAll('FW_', `${prefix}_`));
      const objects = await Promise.all(kernelsOf(files, prefix).map((text) => objectOf(text, directory)));
      const others = [...files.keys()].filter((name) => name.endsWith('.c') && name !== `${prefix}_kernels.c`);
      await runTool('clang-14', [...compiler, '-static', 'main.c', ...others, ...objects, '-o', 'program', '-lm'], directory);
      const regions = await countRegions(plugin, directory, './program', { misses });
      return await countsOf(regions.get(0)!, cycles, directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
  const measure: NeonMeter['measure'] = async (files, options) => {
    options?.signal?.throwIfAborted();
    const { instructions, cycles, misses } = await run(files, row.core !== undefined, row.misses);
    return { unit: row.unit, total: row.core === undefined ? instructions : cycles[row.core]! + PER_MISS * misses };
  };
  return { measure, count: (files) => run(files, true, row.misses), dispose: () => rm(root, { recursive: true, force: true }) };
}

function prefixOf(files: EmittedFiles): string {
  const kernels = [...files.keys()].find((name) => name.endsWith('_kernels.c'));
  if (kernels === undefined) throw new FretworkError('bench.option', 'this is no project of NEON code', { actual: [...files.keys()].join(', '), hint: 'measure what the neon backend emits' });
  return kernels.slice(0, -'_kernels.c'.length);
}

/** Every function of the kernels by itself, behind what stands before all of them. Drivers that differ by project come with it. */
function kernelsOf(files: EmittedFiles, prefix: string): readonly string[] {
  const [head, ...functions] = String(files.get(`${prefix}_kernels.c`)).split(/\n(?=void )/);
  const header = String(files.get(`${prefix}_kernels.h`));
  const declared = header.split('\n').filter((line) => line.startsWith('void '));
  // A driver calls kernels: it needs what it calls declared, and nothing else, or it would be another text in every project.
  return functions.map((text) => `${head!.replace(/#include "[^"]*"\n/, '#include <stdint.h>\n')}\n${declared.filter((line) => text.includes(`${line.slice(5, line.indexOf('('))}(`)).join('\n')}\n${text}`);
}

const MAIN = `#include <stdio.h>
#include <stdlib.h>
#include "marks.h"
FWELEMENT
#include "FWHEADER"

static element *elements(size_t count) {
  element *data = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
  if (data == NULL) exit(2);
  for (size_t i = 0; i < count; i++) data[i] = (element)(i % 5) - (element)2;
  return data;
}
int main(void) {
  const element *inputs[FWU_INPUTS];
  element *outputs[FWU_OUTPUTS];
  for (int i = 0; i < FWU_INPUTS; i++) inputs[i] = elements(FW_inputs[i].elements);
  for (int i = 0; i < FWU_OUTPUTS; i++) outputs[i] = elements(FW_outputs[i].elements);
  void *weights = aligned_alloc(64, FWU_WEIGHT_BYTES / 64 * 64 + 128);
  FILE *file = FWU_WEIGHTS_IN_FILE ? fopen("FW_weights.bin", "rb") : NULL;
  if (FWU_WEIGHTS_IN_FILE && (file == NULL || fread(weights, 1, FWU_WEIGHT_BYTES, file) != FWU_WEIGHT_BYTES)) return 2;
  FW_model *model = FW_create(weights, NULL);
  if (model == NULL) return 2;
  begin(0);
  FW_run(model, inputs, outputs);
  end(0);
  return 0;
}
`;
