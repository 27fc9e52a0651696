import type { Loss, TargetRole } from '../contract.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { DType } from '@fretwork/format';

export interface LossCall<L extends Loss> {
  readonly graph: GraphBuilder;
  readonly loss: L;
  /** The model's output, before its Softmax where it has one and the loss is of logits. */
  readonly output: Value;
  /** An input of the graph for this field of the batch. */
  readonly target: (role: TargetRole, dtype: DType, shape: readonly number[]) => Value;
}

export interface LossValues {
  /** Scalar. */
  readonly loss: Value;
  /** ∂loss/∂output, of the output's shape. */
  readonly gradient: Value;
}

export interface LossRow<L extends Loss = Loss> {
  readonly kind: Loss['kind'];
  /** Whether the output holds logits: a Softmax that gives it is then part of the loss. */
  readonly logits: boolean;
  write(call: LossCall<L>): LossValues;
}
