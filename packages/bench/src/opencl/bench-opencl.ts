/**
 * Sparse OpenCL kernels against dense ones of the same width of vectors, by the device's own clock. All ways of doing one product are
 * layers of one model, side by side, so that rounds are interleaved and each kernel is built once. Of each layer the median
 * of all rounds counts; of each width the best of rows, positions, unrolling and loop order, for dense and sparse alike.
 */
import type { LoopOrder } from '@fretwork/compiler';
import { KERNELS, loadProgram, openDevice, projectOf, WIDEST, type DeviceChoice } from '@fretwork/compiler-opencl';
import { dense, FretworkError, type DenseTensor } from '@fretwork/format';
import { random } from '../layers/random.js';
import { chosenProducts, sparseVariants } from '../neon/bench-neon.js';
import type { NeonRequest, Product } from '../neon/contract.js';
import { median } from '../timing/statistics.js';
import { CALLS, timeClblast, type Clblast } from './clblast.js';
import { DENSE, waysOf, type Way } from './ways.js';

/** Times that a layer runs in a row, of which the last counts: as in a network, whose memory is used again and again, its output then lies in memory that caches know. */
const REPEATS = 2;

export interface OpenclRequest extends Pick<NeonRequest, 'only' | 'blocks' | 'schemes' | 'sparsity' | 'seed' | 'onProgress'> {
  /** Elements of a vector; tiles are of one or several vectors. */
  readonly widths: readonly number[];
  /** Parts of names of kernels, of which one must be in the name of every kernel that is tried. Left out: all are. */
  readonly kernels?: readonly string[];
  /** Rounds that count. */
  readonly rounds: number;
  readonly device: DeviceChoice;
  /** `device`: single runs, by the device's clock. `queue`: runs queued one after another, by the host's, as CLBlast is timed: on GPUs a launch by itself takes longer than one that waits in a queue. */
  readonly clock: 'device' | 'queue';
  /** CLBlast too, where it is installed. */
  readonly clblast?: boolean;
}

export interface OpenclRow {
  readonly product: string;
  /** `dense`, or the scheme with its block. */
  readonly scheme: string;
  readonly sparsity: number;
  readonly width: number;
  readonly kernel: string;
  readonly order: LoopOrder;
  readonly ms: number;
  /** The dense kernel's time at this width over this one's. */
  readonly faster: number;
  /** The best dense kernel's, of all widths. */
  readonly fasterThanBest: number;
  /** Of the best dense kernel where CLBlast is asked for: by the clock of the host, as CLBlast is timed. */
  readonly queuedMs?: number;
}

/** Plain and printable. */
export interface OpenclReport {
  readonly caption: string;
  readonly rows: readonly OpenclRow[];
  /** Left out: not asked for. */
  readonly clblast?: Clblast;
}

/** Throws `bench.option`, and what opening a device throws. */
export async function benchOpencl(request: OpenclRequest): Promise<OpenclReport> {
  const products = chosenProducts(request).filter(({ n, maps }) => n >= Math.max(...request.widths) && maps?.depthwise !== true);
  const odd = request.widths.find((width) => width > WIDEST || KERNELS.select({ operator: 'segments', pixels: width }).length === 0);
  if (odd !== undefined) throw new FretworkError('bench.option', 'there is no kernel of that width', { actual: String(odd), expected: `powers of two up to ${WIDEST}` });
  const device = await openDevice(request.device);
  try {
    const rows: OpenclRow[] = [];
    for (const product of products) {
      request.onProgress?.(`timing ${product.name}`);
      rows.push(...await timeProduct(product, request, device.processor));
    }
    if (request.clblast === true) request.onProgress?.('tuning and timing CLBlast');
    const clblast = request.clblast === true ? await timeClblast(products, request.rounds, request.device) : undefined;
    return { caption: `${device.name}, driver ${device.driver}, ${device.platform}; medians of ${request.rounds} rounds ${request.clock === 'device' ? "by the device's clock" : `of ${CALLS} runs queued one after another, by the host's clock`}, seed ${request.seed}`, rows, ...(clblast === undefined ? {} : { clblast }) };
  } finally {
    device.dispose();
  }
}

async function timeProduct(product: Product, request: OpenclRequest, processor: boolean): Promise<readonly OpenclRow[]> {
  const variants = [DENSE, ...sparseVariants(request)];
  const asked = ({ name, width }: Pick<Way, 'name' | 'width'>): boolean => request.widths.includes(width) && request.kernels?.some((part) => name.includes(part)) !== false;
  // On processors sparse kernels are done tile by tile: it saves half of the kernels to build, and dense ones are tried both ways; kernels by waves are for others, which do groups before tiles.
  const suits = ({ whole, parts, order }: Pick<Way, 'whole' | 'parts' | 'order'>): boolean => (processor ? parts === 0 && (order === 'tile-group' || whole) : order === 'group-tile');
  const { model, ways, kernels, files } = waysOf(product, variants, request.seed, (way) => asked(way) && suits(way));
  if (!ways.some(({ whole }) => whole)) throw new FretworkError('bench.option', 'there is no dense kernel among those that are asked for', { actual: request.kernels?.join() ?? '', hint: 'leave the option kernels out, or let it name dense ones too' });
  const { plan, source, weights } = projectOf(files);
  const device = await openDevice(request.device);
  try {
    const program = await loadProgram(device, plan, source, weights);
    try {
      const draw = random(request.seed);
      program.run(Object.fromEntries(model.inputs.map(({ name, shape }): [string, DenseTensor] => [name, dense('f32', shape as number[], Float32Array.from({ length: (shape as number[]).reduce((a, b) => a * b, 1) }, () => 2 * draw() - 1))])));
      const samples = new Map(ways.map(({ layer }) => [layer, [] as number[]]));
      for (let round = 0; round < request.rounds; round++) {
        if (request.clock === 'queue') {
          for (const [layer, list] of samples) list.push(program.queued(layer, CALLS));
          continue;
        }
        // A layer's planes are part of it.
        const times = new Map<string, number>();
        for (const { layer, nanoseconds } of program.profile(REPEATS)) times.set(layer, (times.get(layer) ?? 0) + nanoseconds / 1e6);
        for (const [layer, list] of samples) list.push(times.get(layer)!);
      }
      const rows = rowsOf(product, ways, samples, kernels);
      if (request.clblast !== true) return rows;
      const [bestDense] = rows.filter(({ scheme }) => scheme === DENSE.scheme).sort((a, b) => a.ms - b.ms);
      const { layer } = ways.find((way) => way.variant === DENSE && way.order === bestDense!.order && kernels.get(way.layer) === bestDense!.kernel)!;
      const queuedMs = median(Array.from({ length: request.rounds }, () => program.queued(layer, CALLS)));
      return rows.map((row) => (row === bestDense ? { ...row, queuedMs } : row));
    } finally {
      program.dispose();
    }
  } finally {
    device.dispose();
  }
}

/** The best way of each variant and width, against the dense kernel of that width and the best one; NaN where there is none of that width. */
function rowsOf({ name }: Product, ways: readonly Way[], samples: ReadonlyMap<string, readonly number[]>, kernels: ReadonlyMap<string, string>): readonly OpenclRow[] {
  const best = new Map<string, Way & { readonly ms: number }>();
  for (const way of ways) {
    const key = `${way.variant.scheme} ${way.variant.block?.join('x') ?? ''} ${way.variant.sparsity} ${way.width}`;
    const ms = median(samples.get(way.layer)!);
    if (ms < (best.get(key)?.ms ?? Infinity)) best.set(key, { ...way, ms });
  }
  const whole = [...best.values()].filter((way) => way.variant === DENSE);
  const bestMs = Math.min(...whole.map((way) => way.ms));
  return [...best.values()].map(({ layer, variant, width, order, ms }) => ({
    product: name, scheme: variant.block === undefined ? variant.scheme : `${variant.scheme} ${variant.block.join('x')}`, sparsity: variant.sparsity, width, order,
    kernel: kernels.get(layer)!, ms, faster: (whole.find((way) => way.width === width)?.ms ?? NaN) / ms, fasterThanBest: bestMs / ms,
  }));
}
