import type { Scheme } from '@fretwork/format';
import type { SearchRecord } from '../../mapping/search-record.js';
import type { Measured } from '../contract.js';
import type { Trial } from '../search-power.js';
import type { Accuracy } from '../stages/accuracy.js';

/** `report.json`: all that was found out, plain. */
export interface CompressReport {
  readonly version: 1;
  readonly fretwork: string;
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly machine: string;
  readonly model: { readonly name: string; readonly path: string; readonly hash: string };
  readonly budget: { readonly maxDrop: number | null; readonly latencyMs: number | null; readonly rate: number | null };
  readonly verdicts: readonly Verdict[];
  readonly data: { readonly train: SplitFacts; readonly validation: SplitFacts & { readonly from: string }; readonly test: SplitFacts };
  readonly accuracy: { readonly test: BeforeAfter<Accuracy>; readonly validation: BeforeAfter<Accuracy> };
  /** Bytes. `weights`: of the tensors as they are stored; `onnxZipped`, `bcrZipped`: after gzip, as servers send them. */
  readonly size: { readonly onnx: BeforeAfter<number>; readonly bcr: number; readonly weights: BeforeAfter<number>; readonly onnxZipped: BeforeAfter<number>; readonly bcrZipped: number };
  readonly macs: BeforeAfter<number> | null;
  readonly rate: { readonly reached: number; readonly tries: readonly Trial[]; readonly epochs: number };
  readonly speed: readonly Measured[];
  readonly layers: readonly ReportedLayer[];
  /** What was known before training: sums over layers, one thread. */
  readonly rehearsed: { readonly denseMs: number; readonly ms: number };
  readonly plan: { readonly mapper: string; readonly target: string };
  /** How the plan was found; null where no search made it. */
  readonly search: SearchRecord | null;
  readonly stages: readonly { readonly name: string; readonly says: string; readonly seconds: number; readonly found: string }[];
  readonly method: { readonly pruner: string; readonly options: unknown; readonly settings: unknown };
}

export interface BeforeAfter<T> {
  readonly before: T;
  readonly after: T;
}

export interface SplitFacts {
  readonly spec: string;
  readonly n: number;
  readonly hash: string;
}

/** Whether a wish came true. `asked`: by the user, so that the exit code depends on it; else everybody's. */
export interface Verdict {
  readonly wish: string;
  readonly asked: boolean;
  readonly held: boolean;
  readonly says: string;
}

/** One layer that runs, in the order in which it does. */
export interface ReportedLayer {
  readonly layer: string;
  readonly operator: string;
  readonly shape: string;
  /** Null where there are no weights. */
  readonly scheme: string | null;
  readonly why: string;
  /** Kept share of the prunable weights; null where there are none. */
  readonly density: number | null;
  readonly weights: number;
  readonly macs: BeforeAfter<number> | null;
  readonly bytes: BeforeAfter<number>;
  readonly ms: BeforeAfter<number>;
  /** Of the time of the dense model. */
  readonly share: number;
  readonly encoding: string;
  readonly kernel: string;
  readonly how: string;
  /** Why it counts as slower than its dense self; null where it does not. */
  readonly slower: string | null;
  /** Why it has its dense form; null where it was not put back. */
  readonly putBack: string | null;
}

/** Which weights are there, for pictures. */
export interface MaskPicture {
  readonly layer: string;
  /** `gate 1 of W`, where a layer has more than one matrix. */
  readonly part: string;
  readonly rows: number;
  readonly columns: number;
  /** Rows x columns of a block; null where the scheme has none. */
  readonly block: readonly [number, number] | null;
  /** Base64 of bits, row-major, least significant bit first; `density`: of bytes instead, one for a cell of `cell` x `cell` weights, 255 = all kept. */
  readonly kind: 'bits' | 'density';
  readonly cell: number;
  readonly data: string;
}

export const schemeBlock = (scheme: Scheme | undefined, kernel: number): readonly [number, number] | null => {
  switch (scheme?.kind) {
    case 'bcr': return [scheme.blockRows, scheme.blockColumns];
    case 'block-punched': return [scheme.blockFilters, scheme.blockChannels * kernel];
    case 'pattern': return [1, kernel];
    default: return null;
  }
};
