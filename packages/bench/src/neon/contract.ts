/**
 * Counting, in place of timing, where there is no ARM hardware: code of `@fretwork/compiler-neon` and dense libraries of
 * Debian's arm64 packages run under `qemu-aarch64` with a plugin that counts executed instructions between marks. Counts
 * are exact and the same every time. Cycles are modelled: executed blocks times what llvm-mca says one repetition of a
 * block takes in the steady state. No cache is part of that model; misses of a first cache are counted beside.
 */
import type { Choice } from '@fretwork/compiler';
import type { ElementType } from '@fretwork/compiler-neon';
import type { Scheme } from '@fretwork/format';
import type { Block } from '../layers/masks.js';

/** Square maps of a convolution with padding that keeps their size, but for the stride. */
export interface Maps {
  /** Height and width of the input. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  /** Each channel by itself: `m` channels. */
  readonly depthwise: boolean;
}

/** A matrix times activations: M outputs of K inputs, at N positions. */
export interface Product {
  readonly name: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Of a convolution, which gathers its activations itself. Left out: they lie ready. */
  readonly maps?: Maps;
}

const convolution = (name: string, channels: number, filters: number, size: number, stride = 1): Product => ({
  name: `${name} 3x3 ${filters}x${9 * channels}x${(size / stride) ** 2}`, m: filters, k: 9 * channels, n: (size / stride) ** 2, maps: { size, kernel: 3, stride, depthwise: false },
});

const depthwise = (name: string, channels: number, size: number, stride: number): Product => ({
  name: `${name} dw 3x3 ${channels}@${size}${stride === 1 ? '' : ` stride ${stride}`}`, m: channels, k: 9, n: (size / stride) ** 2, maps: { size, kernel: 3, stride, depthwise: true },
});

/** The layer set: products with a ready matrix of activations, so that nothing but products is compared, and convolutions as networks have them. */
export const PRODUCTS: readonly Product[] = [
  { name: 'resnet 1x1 256x1024x196', m: 256, k: 1024, n: 196 },
  { name: 'resnet 1x1 64x256x3136', m: 64, k: 256, n: 3136 },
  { name: 'mobilenetv1 1x1 512x512x196', m: 512, k: 512, n: 196 },
  { name: 'mobilenetv2 1x1 96x576x196', m: 96, k: 576, n: 196 },
  convolution('vgg', 512, 512, 14),
  convolution('vgg', 256, 256, 28),
  depthwise('mobilenetv2', 576, 14, 1),
  depthwise('mobilenetv1', 128, 56, 2),
  { name: 'fc 4096x4096', m: 4096, k: 4096, n: 1 },
  { name: 'gru 3072x1024', m: 3072, k: 1024, n: 1 },
];

export interface NeonRequest {
  /** Parts of names of `PRODUCTS`; empty: all. */
  readonly only: readonly string[];
  readonly blocks: readonly Block[];
  /** Names of `MASK_SCHEMES` that have blocks. */
  readonly schemes: readonly string[];
  /** Shares of zeros. Dense is counted always. */
  readonly sparsity: readonly number[];
  readonly seed: number;
  /** Of weights and activations of ours; peers compute in float32 always. Left out: f32. */
  readonly type?: ElementType;
  /** Root of Debian's arm64 packages, unpacked; left out: no peers. */
  readonly peers?: string;
  /** Model cycles too. */
  readonly cycles: boolean;
  /** Count misses of a first cache too; takes several times as long. */
  readonly misses: boolean;
  /** Time the same code on this machine too, through SIMDe: of float32 alone. */
  readonly wall?: boolean;
  readonly onProgress?: (says: string) => void;
}

export interface Counts {
  readonly instructions: number;
  /** Of a data cache of 64 KiB in 4 ways; 0 where not asked for. */
  readonly misses: number;
  /** By name of the core that is modelled; empty where not asked for. */
  readonly cycles: Readonly<Record<string, number>>;
}

export interface NeonRow extends Counts {
  readonly product: Product;
  /** `dense`, or the scheme with its block. */
  readonly scheme: string;
  /** Share of zeros that was asked for. */
  readonly sparsity: number;
  /** Share of weights that is there: counts in a block are whole. */
  readonly kept: number;
  readonly kernel: string;
  /** Bytes of weights and of what says where they belong. */
  readonly bytes: number;
  /** The best peer's instructions, and cycles, over ours. */
  readonly fewer?: number;
  readonly faster?: Readonly<Record<string, number>>;
  /** Of the same code on this machine, and how many times less that is than our own dense code takes. */
  readonly wall?: { readonly ms: number; readonly faster: number };
}

export interface PeerRow extends Counts {
  readonly product: Product;
  readonly peer: string;
}

/** Plain and printable. */
export interface NeonReport {
  readonly caption: string;
  readonly rows: readonly NeonRow[];
  readonly peers: readonly PeerRow[];
}

export interface NeonNetworksRequest {
  /** What weights are pruned by, with a name each. Dense is counted always. */
  readonly schemes: readonly (readonly [name: string, scheme: Scheme])[];
  /** Draw weights, for topologies that come without. */
  readonly randomWeights: boolean;
  readonly seed: number;
  /** As of `NeonRequest`. */
  readonly type?: ElementType;
  /** Root of Debian's arm64 packages, unpacked; left out: no peers. */
  readonly peers?: string;
  readonly onProgress?: (says: string) => void;
}

export interface NeonNetworkRow {
  readonly network: string;
  /** `dense`, a scheme, or the peers. */
  readonly weights: string;
  /** Weights over those kept, in the layers that are pruned. */
  readonly reached: number;
  readonly instructions: number;
  readonly cycles: Readonly<Record<string, number>>;
  /** Of the cycles, by core. */
  readonly ms: Readonly<Record<string, number>>;
  readonly fewer?: number;
  readonly faster?: Readonly<Record<string, number>>;
}

/** Plain and printable. */
export interface NeonNetworksReport {
  readonly caption: string;
  readonly rows: readonly NeonNetworkRow[];
}

export interface NeonTuningRow {
  readonly product: Product;
  readonly scheme: string;
  readonly sparsity: number;
  /** Of both costs. */
  readonly unit: string;
  readonly tried: number;
  readonly without: number;
  readonly found: number;
  /** What it costs without tuning over what was found. */
  readonly cheaper: number;
  /** By the names of the space's genes. */
  readonly choice: Choice;
}

/** Plain and printable. */
export interface NeonTuningReport {
  readonly caption: string;
  readonly rows: readonly NeonTuningRow[];
}

export interface NeonAblationRow {
  readonly product: Product;
  readonly scheme: string;
  readonly sparsity: number;
  readonly step: string;
  readonly instructions: number;
  /** Those of the first step over these. */
  readonly fewer: number;
}

/** Plain and printable. */
export interface NeonAblationReport {
  readonly caption: string;
  readonly rows: readonly NeonAblationRow[];
}
