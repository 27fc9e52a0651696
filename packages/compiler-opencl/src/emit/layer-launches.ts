import { kernelName, product, type Call } from '@fretwork/compiler';
import type { OpenclPlan } from '../contract.js';
import { KERNELS, type ProductVariant } from '../kernels/manifest.js';
import { activated, kernelActivation, NO_ACTIVATION, storedBytes, type KernelActivation } from '../kernels/prelude.js';
import { productKernel, productName } from '../kernels/products.js';
import { SUPPORT } from '../kernels/support.js';
import type { Launch, LaunchArgument } from '../launch-plan.js';
import type { Buffers } from './buffers.js';

export const buffer = (at: number): LaunchArgument => ['b', at];
export const integer = (value: number): LaunchArgument => ['i', value];
/** The last two arguments of kernels that apply an activation. */
export const bounds = ({ alpha, beta }: KernelActivation): LaunchArgument[] => [['f', alpha], ['f', beta]];
export const integers = (values: readonly number[]): LaunchArgument[] => values.map(integer);

/** Items of a work-group of layers without products: as many as small devices allow. */
const MOST_ITEMS = 64;

/** Kernels of a project, in the order in which they are first asked for. */
export interface KernelTexts {
  readonly byName: Map<string, string>;
  /** Masks that the switch of a product kernel has to know, by its name. */
  readonly masks: Map<string, Set<number>>;
}

/** The launches of one layer, as they grow. */
export class LayerLaunches {
  readonly launches: Launch[] = [];
  readonly plan: OpenclPlan;
  readonly buffers: Buffers;
  readonly #call: Call;
  readonly #place: number;
  readonly #kernels: KernelTexts;

  constructor(call: Call, place: number, plan: OpenclPlan, buffers: Buffers, kernels: KernelTexts) {
    this.#call = call;
    this.#place = place;
    this.plan = plan;
    this.buffers = buffers;
    this.#kernels = kernels;
  }

  /** The buffer of input `i`, constants included. */
  input(i: number): number {
    const values = this.#call.tensor(i) === undefined ? undefined : this.#call.numbers(i);
    return values === undefined ? this.buffers.value(this.#call.name(i)) : this.buffers.numbers(values);
  }

  output(o = 0): number {
    return this.buffers.value(this.#call.layer.outputs[o]!);
  }

  scratch(i: number): number {
    return this.buffers.scratch(this.#call.layer.name, i);
  }

  /** Bytes of `elements` in memory. */
  bytes(elements: number): number {
    return storedBytes(this.plan.type) * elements;
  }

  /** The layer's activation, for a kernel that applies it while it stores. */
  get activation(): KernelActivation {
    return kernelActivation(this.#call.layer.activation);
  }

  /** One item per place, in order. */
  flat(kernel: string, count: number, args: readonly LaunchArgument[]): void {
    if (count > 0) this.launch({ kernel, global: [count, 1, 1], group: { axis: 0, most: MOST_ITEMS }, args });
  }

  launch(launch: Omit<Launch, 'layer'>): void {
    this.launches.push({ layer: this.#place, ...launch });
  }

  /** Makes a row of `SUPPORT` part of the project. */
  support(name: string, { word }: KernelActivation = NO_ACTIVATION): string {
    return this.text(word === '' ? name : `${name}_${word}`, SUPPORT[name]!((v) => activated(word, 1, v)));
  }

  /** The name of the kernel of `row`, which knows `masks` from then on. */
  product(row: ProductVariant, { word }: KernelActivation, masks: readonly number[]): string {
    const name = productName(row, word);
    const { byName, masks: known } = this.#kernels;
    const all = known.get(name) ?? new Set();
    const before = all.size;
    for (const mask of masks) all.add(mask);
    known.set(name, all);
    if (!byName.has(name) || all.size > before) byName.set(name, productKernel(KERNELS.find(kernelName(row))!, word, [...all].sort((a, b) => a - b)));
    return name;
  }

  /** The name of a kernel of this text, which has `FW_NAME` where its name stands: equal texts are one kernel. */
  text(base: string, text: string): string {
    for (let i = 0; ; i++) {
      const name = i === 0 ? base : `${base}_${i + 1}`;
      const made = text.replaceAll('FW_NAME', name);
      const known = this.#kernels.byName.get(name);
      if (known === undefined) this.#kernels.byName.set(name, made);
      if (known === undefined || known === made) return name;
    }
  }

  /** Copies all of output 0 of `elements` from `from`. */
  copyAll(to: number, from: number, elements: number = product(this.#call.outShape())): void {
    this.flat(this.support('copy'), elements, [buffer(to), buffer(from), integer(elements)]);
  }
}

