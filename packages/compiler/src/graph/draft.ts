import type { DenseTensor, Layer, Model, Tensor } from '@fretwork/format';

/**
 * A working copy of a model for one pass: layers and tensors can be replaced, and who makes and who reads a value is
 * kept up to date. The model it was made from stays as it is. Layers keep their places.
 */
export class Draft {
  readonly #source: Model;
  readonly #layers: (Layer | undefined)[];
  readonly #place: ReadonlyMap<string, number>;
  readonly #maker = new Map<string, number>();
  readonly #readers = new Map<string, Set<number>>();
  readonly #outputs: ReadonlySet<string>;
  readonly #inputs: ReadonlySet<string>;
  #tensors: Map<string, Tensor>;
  #changed = false;

  constructor(model: Model) {
    this.#source = model;
    this.#layers = [...model.layers];
    this.#place = new Map(model.layers.map((layer, at) => [layer.name, at]));
    this.#tensors = new Map(model.tensors);
    this.#outputs = new Set(model.outputs.map(({ name }) => name));
    this.#inputs = new Set(model.inputs.map(({ name }) => name));
    model.layers.forEach((layer, at) => this.#enter(layer, at));
  }

  /** Every layer still there, in order; replaced ones in their new form once the walk reaches them. */
  * layers(): Generator<Layer> {
    for (let at = 0; at < this.#layers.length; at++) {
      const layer = this.#layers[at];
      if (layer !== undefined) yield layer;
    }
  }

  maker(value: string): Layer | undefined {
    const at = this.#maker.get(value);
    return at === undefined ? undefined : this.#layers[at];
  }

  /** Layers that read `value`, in order, each once. */
  readers(value: string): readonly Layer[] {
    return [...this.#readers.get(value) ?? []].sort((a, b) => a - b).map((at) => this.#layers[at]!);
  }

  isOutput(value: string): boolean {
    return this.#outputs.has(value);
  }

  isInput(value: string): boolean {
    return this.#inputs.has(value);
  }

  /** Nobody needs it: no layer, and not the model's user. */
  isUnused(value: string): boolean {
    return !this.isOutput(value) && (this.#readers.get(value)?.size ?? 0) === 0;
  }

  tensor(name: string): Tensor | undefined {
    return this.#tensors.get(name);
  }

  tensorNames(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  /** The tensor, where it is dense. */
  dense(name: string): DenseTensor | undefined {
    const tensor = this.#tensors.get(name);
    return tensor?.kind === 'dense' ? tensor : undefined;
  }

  setTensor(name: string, tensor: Tensor): void {
    this.#tensors.set(name, tensor);
    this.#changed = true;
  }

  removeTensor(name: string): void {
    this.#tensors.delete(name);
    this.#changed = true;
  }

  /** `base`, or `base` with a number where that name is taken. */
  freshName(base: string): string {
    const taken = (name: string): boolean => this.#tensors.has(name) || this.#maker.has(name) || this.#inputs.has(name) || this.#readers.has(name);
    let name = base;
    for (let n = 1; taken(name); n++) name = `${base}.${n}`;
    return name;
  }

  /** A name for a new version of tensor `name` that `layer` alone reads: the same name, where nobody else needs the old one. */
  ownName(name: string, layer: Layer): string {
    const readers = this.readers(name);
    const alone = readers.length === 1 && readers[0] === layer && layer.inputs.filter((input) => input === name).length === 1;
    return alone && !this.isOutput(name) ? name : this.freshName(`${name}.${layer.name}`);
  }

  /** `next` in the place of `layer`; both have the same name. */
  replace(layer: Layer, next: Layer): void {
    const at = this.#place.get(layer.name)!;
    this.#leave(layer, at);
    this.#layers[at] = next;
    this.#enter(next, at);
    this.#changed = true;
  }

  remove(layer: Layer): void {
    const at = this.#place.get(layer.name)!;
    this.#leave(layer, at);
    this.#layers[at] = undefined;
    this.#changed = true;
  }

  /** Every layer that read `from` reads `to`. */
  redirect(from: string, to: string): void {
    for (const layer of this.readers(from)) {
      this.replace(layer, { ...layer, inputs: layer.inputs.map((name) => (name === from ? to : name)) });
    }
  }

  /** The value that a layer makes gets another name, there and wherever it is read. */
  rename(from: string, to: string): void {
    const maker = this.maker(from)!;
    this.replace(maker, { ...maker, outputs: maker.outputs.map((name) => (name === from ? to : name)) });
    this.redirect(from, to);
  }

  /** The model as it is now: the one that was given, where nothing was changed. */
  model(): Model {
    if (!this.#changed) return this.#source;
    const layers = [...this.layers()];
    const names = new Set(layers.map(({ name }) => name));
    const { plan } = this.#source;
    return {
      ...this.#source,
      layers,
      tensors: this.#tensors,
      values: this.#source.values.filter(({ name }) => this.#maker.has(name)),
      ...(plan === undefined ? {} : { plan: { ...plan, entries: plan.entries.filter(({ layer }) => names.has(layer)) } }),
    };
  }

  #enter(layer: Layer, at: number): void {
    for (const name of layer.outputs) if (name !== '') this.#maker.set(name, at);
    for (const name of layer.inputs) {
      if (name === '') continue;
      const readers = this.#readers.get(name);
      if (readers === undefined) this.#readers.set(name, new Set([at]));
      else readers.add(at);
    }
  }

  #leave(layer: Layer, at: number): void {
    for (const name of layer.outputs) if (this.#maker.get(name) === at) this.#maker.delete(name);
    for (const name of layer.inputs) this.#readers.get(name)?.delete(at);
  }
}

/** Is it one of ONNX's own operators, `operator`? */
export const isOperator = (layer: Layer, ...operators: readonly string[]): boolean => layer.domain === '' && operators.includes(layer.operator);

/** The layers that `layers` were made from, for the layer that does the work of all of them. */
export const originOf = (...layers: readonly Layer[]): readonly string[] =>
  [...new Set(layers.flatMap((layer) => layer.origin ?? [layer.name]))];
