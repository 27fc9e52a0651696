import type { Call, PlannedSchedule, Support } from '@fretwork/compiler';
import type { Tuning } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';

/** What a row decides; the rest of a `NeonLayer` is the same for all. */
export interface Decision {
  readonly kernel: string;
  readonly reason: string;
  readonly schedules?: readonly PlannedSchedule[];
  readonly scratchBytes?: number;
  readonly tuning?: Tuning;
}

/** One way of doing some operators. */
export interface OperatorRow {
  readonly operators: readonly string[];
  /** Asked where every shape is known and every computed value is f32. Left out: always. */
  readonly supports?: (call: Call) => Support;
  readonly decide: (call: Call) => Decision;
  /** Writes what was decided: the decision is made anew from the plan where it is not in it. */
  readonly emit: (call: Call, decision: Decision, code: LayerCode) => void;
}

/** A row whose code is plain loops, with nothing to choose. */
export const loops = (operators: readonly string[], emit: OperatorRow['emit'], supports?: OperatorRow['supports']): OperatorRow => ({
  operators, ...(supports === undefined ? {} : { supports }), emit,
  decide: () => ({ kernel: 'loops', reason: 'no weights: plain loops with fixed bounds' }),
});
