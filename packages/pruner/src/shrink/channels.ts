import { decode, inferShapes, type Layer, type Model } from '@fretwork/format';

type Numbers = ArrayLike<number>;

/**
 * The channels (axis 1) of every value of a model, each a node with a number. Channels that can only go together are tied;
 * those that must stay are pinned.
 */
export interface Channels {
  /** Channels of a value; undefined where it has none that are known: nothing of it can go. */
  readonly count: (value: string) => number | undefined;
  /** Size of a known shape after axis 1, per channel; undefined where it is not known. */
  readonly spatial: (value: string) => number | undefined;
  readonly rank: (value: string) => number | undefined;
  readonly node: (value: string, channel: number) => number;
  readonly nodes: number;
  readonly tie: (a: number, b: number) => void;
  readonly pin: (value: string) => void;
  /** The node that stands for all that are tied to this one. */
  readonly root: (node: number) => number;
  readonly isPinned: (node: number) => boolean;
}

export function channelsOf(model: Model): Channels {
  const shapes = inferShapes(model).values;
  const first = new Map<string, number>();
  let nodes = 0;
  const names = new Set([...model.inputs.map(({ name }) => name), ...model.layers.flatMap(({ outputs }) => outputs)]);
  const count = (value: string): number | undefined => {
    const size = names.has(value) ? shapes.get(value)?.shape?.[1] : undefined;
    return typeof size === 'number' ? size : undefined;
  };
  for (const name of names) {
    first.set(name, nodes);
    nodes += count(name) ?? 0;
  }
  const parent = Uint32Array.from({ length: nodes }, (_, i) => i);
  const pinned = new Uint8Array(nodes);
  const root = (node: number): number => {
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]!]!;
      node = parent[node]!;
    }
    return node;
  };
  const node = (value: string, channel: number): number => first.get(value)! + channel;
  return {
    count, node, nodes, root,
    rank: (value) => shapes.get(value)?.shape?.length,
    spatial: (value) => {
      const sizes = shapes.get(value)?.shape?.slice(2);
      return sizes === undefined || sizes.some((s) => typeof s !== 'number') ? undefined : (sizes as number[]).reduce((a, b) => a * b, 1);
    },
    tie: (a, b) => {
      const [x, y] = [root(a), root(b)];
      // The lower one stands for both.
      parent[Math.max(x, y)] = Math.min(x, y);
      pinned[Math.min(x, y)] = pinned[x]! | pinned[y]!;
    },
    pin: (value) => { for (let c = 0; c < (count(value) ?? 0); c++) pinned[root(node(value, c))] = 1; },
    isPinned: (n) => pinned[root(n)] === 1,
  };
}

/** Elements of a constant of a layer; undefined where the input is left out, or no float constant. */
export function constant(model: Model, layer: Layer, input: number): Numbers | undefined {
  const tensor = model.tensors.get(layer.inputs[input] ?? '');
  return tensor === undefined || !['f32', 'f64'].includes(tensor.dtype) ? undefined : decode(tensor).data as Float32Array;
}
