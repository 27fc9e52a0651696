/**
 * What kernels do, counted by oclgrind: instructions, and bytes of global memory. The same on every machine, so that tests can
 * hold them. Few positions are enough: the work of a tile is that of every other.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectOf } from '@fretwork/compiler-opencl';
import { FretworkError } from '@fretwork/format';
import { chosenProducts, sparseVariants } from '../neon/bench-neon.js';
import type { NeonRequest, Product } from '../neon/contract.js';
import { inputsOf, LOAD } from '../neon/own.js';
import { runTool } from '../neon/tools.js';
import { DENSE, waysOf } from './ways.js';

export type OpenclCountRequest = Pick<NeonRequest, 'only' | 'blocks' | 'schemes' | 'sparsity' | 'seed' | 'onProgress'>;

export interface OpenclCount {
  readonly instructions: number;
  /** Read and written, weights and tables included, those in constant memory too. */
  readonly globalBytes: number;
}

export interface OpenclCountRow extends OpenclCount {
  readonly product: string;
  readonly scheme: string;
  readonly sparsity: number;
  readonly kernel: string;
  /** Those of the dense kernel over these. */
  readonly fewerInstructions: number;
  readonly fewerBytes: number;
}

export interface OpenclCountReport {
  readonly caption: string;
  readonly rows: readonly OpenclCountRow[];
}

const DRIVER = '/usr/lib/oclgrind/liboclgrind-rt-icd.so';

/** What kernels are not optimised behind: oclgrind carries optimised loops out wrongly. */
const OPTIONS = '-cl-mad-enable';

/** Positions: one tile of a vector of sixteen. */
const POSITIONS = 16;

/** A product of that many positions. */
const small = (product: Product): Product => ({ ...product, n: POSITIONS, ...(product.maps === undefined ? {} : { maps: { ...product.maps, size: Math.sqrt(POSITIONS) } }) });

/** Counts of every layer that is asked for, dense and pruned, of kernels of four and eight rows the one of fewer instructions. Throws `bench.option`, `bench.tool`. */
export async function countOpencl(request: OpenclCountRequest): Promise<OpenclCountReport> {
  if (!existsSync(DRIVER)) throw new FretworkError('bench.tool', 'oclgrind counts, and is not there', { actual: DRIVER, hint: 'apt-get install oclgrind ocl-icd-opencl-dev' });
  const products = chosenProducts(request).filter(({ n, maps }) => n >= POSITIONS && maps?.depthwise !== true);
  const rows: OpenclCountRow[] = [];
  for (const product of products) {
    request.onProgress?.(`counting ${product.name}`);
    rows.push(...await countProduct(product, request));
  }
  return { caption: `oclgrind, kernels as emitted and not optimised, ${POSITIONS} positions of each layer, planes included; masks even, seed ${request.seed}`, rows };
}

async function countProduct(product: Product, request: OpenclCountRequest): Promise<readonly OpenclCountRow[]> {
  const tile = small(product);
  const { ways, kernels, files } = waysOf(tile, [DENSE, ...sparseVariants(request)], request.seed, ({ pixels, parts, unroll, order }) => pixels === POSITIONS && parts === 0 && unroll !== 4 && order === 'group-tile');
  const { plan } = projectOf(files);
  const directory = await mkdtemp(join(tmpdir(), 'fretwork-count-opencl-'));
  try {
    for (const [name, content] of files) await writeFile(join(directory, name), name === 'model.c' ? (content as string).replace(OPTIONS, `${OPTIONS} -cl-opt-disable`) : content);
    await writeFile(join(directory, 'main.c'), mainOf(tile, ways.length));
    await writeFile(join(directory, 'oclgrind.icd'), `${DRIVER}\n`);
    await runTool('cc', ['-O1', 'main.c', 'model.c', 'model_kernels.c', '-o', 'counted', '-lOpenCL', '-lm'], directory);
    const counted = readCounts(await runTool('env', [`OCL_ICD_VENDORS=${directory}`, 'OCLGRIND_INST_COUNTS=1', './counted'], directory));
    const sums = new Map<string, OpenclCount>();
    plan.launches.forEach(({ layer }, i) => {
      const name = plan.layers[layer] ?? '';
      const { instructions, globalBytes } = sums.get(name) ?? { instructions: 0, globalBytes: 0 };
      sums.set(name, { instructions: instructions + counted[i]!.instructions, globalBytes: globalBytes + counted[i]!.globalBytes });
    });
    const variants = [...new Set(ways.map(({ variant }) => variant))];
    const best = variants.map((variant) => ways.filter((way) => way.variant === variant).reduce((a, b) => (sums.get(b.layer)!.instructions < sums.get(a.layer)!.instructions ? b : a)));
    const whole = sums.get(best[0]!.layer)!;
    return best.map(({ layer, variant }): OpenclCountRow => {
      const own = sums.get(layer)!;
      return {
        product: product.name, scheme: variant.block === undefined ? variant.scheme : `${variant.scheme} ${variant.block.join('x')}`, sparsity: variant.sparsity, kernel: kernels.get(layer)!, ...own,
        fewerInstructions: whole.instructions / own.instructions, fewerBytes: whole.globalBytes / own.globalBytes,
      };
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const numberOf = (text: string): number => Number(text.replaceAll(/[,']/g, ''));

/** Counts of each launch, in order: oclgrind prints a block after each, and says nothing of the bytes that calls of vectors move. */
export function readCounts(text: string): readonly OpenclCount[] {
  return text.split(/Instructions executed for kernel '\w+':\n/).slice(1).map((block) => {
    let [instructions, globalBytes] = [0, 0];
    for (const line of block.split('\n')) {
      // Thousands may be set apart.
      const row = /^\s*([\d,']+) - (.*)$/.exec(line);
      if (row === null) continue;
      const [count, what] = [numberOf(row[1]!), row[2]!];
      instructions += count;
      const plain = /^(?:load|store) (?:global|constant) \(([\d,']+) bytes\)/.exec(what);
      const vector = /^call _Z\d+v(?:load|store)(\d+)/.exec(what);
      globalBytes += plain !== null ? numberOf(plain[1]!) : vector !== null ? count * Number(vector[1]) * 4 : 0;
    }
    return { instructions, globalBytes };
  });
}

const mainOf = (product: Product, outputs: number): string => `#include "model.h"
#include <stdio.h>
#include <stdlib.h>
${LOAD}
int main(void) {
  static float x[${inputsOf(product)}], y[${outputs}][${product.m * product.n}];
  const float *inputs[] = {x};
  float *outs[${outputs}];
  for (int i = 0; i < ${inputsOf(product)}; i++) x[i] = (float)(i % 5) - 2.0f;
  for (int i = 0; i < ${outputs}; i++) outs[i] = y[i];
  void *weights = load("model_weights.bin", MODEL_WEIGHT_BYTES);
  model_error error;
  model_model *model = model_create(weights, MODEL_WEIGHT_BYTES, NULL, &error);
  if (model == NULL || model_run(model, inputs, outs, &error) != MODEL_OK) {
    fprintf(stderr, "%s\\n", error.text);
    return 1;
  }
  model_destroy(model);
  return 0;
}
`;
