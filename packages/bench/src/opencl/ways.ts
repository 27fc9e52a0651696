/** All ways of doing one product, as layers of one model that lie side by side and read its one input. */
import { kernelName, parseKernelName, type EmittedFiles, type LoopOrder } from '@fretwork/compiler';
import { KERNELS, opencl, WIDEST } from '@fretwork/compiler-opencl';
import { FretworkError, inferShapes, type Layer, type Model, type Tensor, type Tuning } from '@fretwork/format';
import type { Product } from '../neon/contract.js';
import { layerModel, type Variant } from '../neon/own.js';

const ORDERS: readonly LoopOrder[] = ['tile-group', 'group-tile'];
export const DENSE: Variant = { scheme: 'dense', block: undefined, sparsity: 0 };

/** One way of doing a product: a layer of the model. */
export interface Way {
  readonly layer: string;
  readonly variant: Variant;
  /** Of its row in the table of kernels; what weights and memory ask for may be another word at its end. */
  readonly name: string;
  readonly operator: string;
  /** Elements of a vector, and positions of a tile, which are several vectors. */
  readonly width: number;
  readonly pixels: number;
  readonly rows: number;
  readonly unroll: number;
  readonly whole: boolean;
  /** Of kernels by waves; 0: of others. */
  readonly parts: number;
  readonly order: LoopOrder;
}

export interface Ways {
  readonly ways: readonly Way[];
  readonly model: Model;
  /** The kernel of each layer. */
  readonly kernels: ReadonlyMap<string, string>;
  readonly files: EmittedFiles;
}

/** The ways of `among` of doing `variants` of a product. Throws `bench.option`. */
export function waysOf(product: Product, variants: readonly Variant[], seed: number, among: (way: Omit<Way, 'layer' | 'variant'>) => boolean): Ways {
  const { model, ways } = sideBySide(product, variants, seed, among);
  const usual = opencl();
  const context = { model, shapes: inferShapes(model) };
  const untuned = usual.plan(context, {});
  if (!untuned.ok) throw new FretworkError('bench.option', untuned.refusals[0]!.reason, { hint: untuned.refusals[0]!.hint });
  const tunings = new Map(ways.map(({ layer, operator, pixels, rows, unroll, order }): [string, Tuning] => {
    const chosen = untuned.plan.layers.find((row) => row.layer === layer)!;
    const kernel = kernelName({ ...parseKernelName(chosen.kernel)!, operator, pixels, rows, unroll });
    return [layer, { ...chosen.tuning, kernel, permute: `${order} ${chosen.tuning!.permute!.split(' ').slice(1).join(' ')}` }];
  }));
  const planning = usual.plan(context, { tunings });
  if (!planning.ok) throw new FretworkError('bench.option', planning.refusals[0]!.reason, { hint: planning.refusals[0]!.hint });
  return { ways, model, kernels: new Map(planning.plan.layers.map(({ layer, kernel }) => [layer, kernel])), files: usual.emit(planning.plan, context) };
}

/** A model in which every variant x kernel of the widths x order is a layer that reads the one input. */
function sideBySide(product: Product, variants: readonly Variant[], seed: number, among: (way: Omit<Way, 'layer' | 'variant'>) => boolean): { readonly model: Model; readonly ways: readonly Way[] } {
  const layers: Layer[] = [];
  const ways: Way[] = [];
  const tensors = new Map<string, Tensor>();
  let base: Model | undefined;
  variants.forEach((variant, v) => {
    const one = layerModel(product, variant, seed);
    base ??= one;
    tensors.set(`w${v}`, one.tensors.get('w')!);
    const kernels = KERNELS.select({ type: 'f32', isa: 'buffer' }).filter(({ operator, unroll, whole, implicit }) => operator !== 'vector' && (!implicit || product.maps !== undefined) && whole === (variant === DENSE) && (!whole || unroll === (product.maps?.kernel ?? 1) ** 2));
    for (const kernel of kernels.filter(({ pixels }) => pixels < product.n + Math.min(pixels, WIDEST))) {
      for (const order of ORDERS) {
        const way = { name: kernelName(kernel), operator: kernel.operator, width: Math.min(kernel.pixels, WIDEST), pixels: kernel.pixels, order, rows: kernel.rows, unroll: kernel.unroll, whole: kernel.whole, parts: kernel.parts };
        if (!among(way)) continue;
        const name = `l${layers.length}`;
        ways.push({ layer: name, variant, ...way });
        layers.push({ ...one.layers[0]!, name, inputs: ['x', `w${v}`], outputs: [`y${layers.length}`] });
      }
    }
  });
  return { ways, model: { ...base!, layers, tensors, outputs: layers.map(({ outputs }) => ({ name: outputs[0]!, dtype: 'f32' as const })) } };
}
