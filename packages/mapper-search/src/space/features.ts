import { extentOf, is3x3, isConvolution, type MappedLayer } from '@fretwork/mapper-rules';

interface Seen {
  readonly layer: MappedLayer;
  /** 0 to 1, among the slots. */
  readonly place: number;
  /** Target to dense time of the network. */
  readonly target: number;
}

const logarithm = (value: number, most: number): number => Math.min(1, Math.log2(1 + value) / most);

/** What a policy sees of a slot (its largest layer), each about within 0 … 1 and without a unit of one network, so that a policy can go to another. */
export const FEATURES: readonly { readonly name: string; readonly of: (seen: Seen) => number }[] = [
  { name: 'weights', of: ({ layer }) => logarithm(layer.count, 24) },
  { name: 'multiply-accumulates', of: ({ layer }) => logarithm(layer.macs, 32) },
  { name: 'share of the time', of: ({ layer }) => layer.share },
  { name: 'rows', of: ({ layer }) => logarithm(extentOf(layer).rows, 13) },
  { name: 'columns', of: ({ layer }) => logarithm(extentOf(layer).columns, 13) },
  { name: '3x3', of: ({ layer }) => Number(is3x3(layer)) },
  { name: '1x1', of: ({ layer }) => Number(isConvolution(layer) && extentOf(layer).kernel === 1) },
  { name: 'other convolution', of: ({ layer }) => Number(isConvolution(layer) && !is3x3(layer) && extentOf(layer).kernel > 1) },
  { name: 'recurrent', of: ({ layer }) => Number(['GRU', 'LSTM', 'RNN'].includes(layer.layer.operator)) },
  { name: 'first convolution', of: ({ layer }) => Number(layer.first) },
  { name: 'place', of: ({ place }) => place },
  { name: 'target', of: ({ target }) => target },
];
