import type { Call, PlannedSchedule, Support } from '@fretwork/compiler';
import type { Tuning } from '@fretwork/format';
import type { DataPath, StorageType } from '../contract.js';
import type { DeviceFamily } from '../device-family.js';
import type { LayerLaunches } from '../emit/layer-launches.js';

/** What a row decides; the rest of an `OpenclLayer` is the same for all. */
export interface Decision {
  readonly kernel: string;
  readonly reason: string;
  readonly schedules?: readonly PlannedSchedule[];
  /** Bytes of each piece of scratch memory. */
  readonly scratch?: readonly number[];
  readonly tuning?: Tuning;
}

/** What decisions depend on beside the layer. */
export interface Setting {
  readonly type: StorageType;
  readonly path: DataPath;
  readonly family: DeviceFamily;
  /** Compute units of the device. */
  readonly units: number;
}

/** One way of doing some operators. */
export interface OperatorRow {
  readonly operators: readonly string[];
  /** Asked where every shape is known and every computed value is f32. Left out: always. */
  readonly supports?: (call: Call) => Support;
  readonly decide: (call: Call, setting: Setting) => Decision;
  /** Lists the launches of what was decided. */
  readonly emit: (call: Call, decision: Decision, to: LayerLaunches) => void;
}

/** A row with nothing to choose. */
export const plain = (kernel: string, operators: readonly string[], emit: OperatorRow['emit'], supports?: OperatorRow['supports']): OperatorRow => ({
  operators, ...(supports === undefined ? {} : { supports }), emit,
  decide: () => ({ kernel, reason: 'no weights: an item per element, its activation applied while it is stored' }),
});
