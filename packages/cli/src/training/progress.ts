import { percent } from '../print-table.js';

/** What long work tells, once per epoch or step. */
export interface ProgressFacts {
  readonly says: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss?: number;
  readonly penalty?: number;
  /** ADMM: ‖W - Z‖ / ‖W‖. */
  readonly residual?: number;
  /** 0 to 1. */
  readonly accuracy?: number;
  /** ms until the end. */
  readonly etaMs?: number;
}

/** `epoch 3/25 retrain: loss 0.1234, accuracy 89.1%, 3:10 left` */
export function progressLine({ says, epoch, epochs, loss, penalty, residual, accuracy, etaMs }: ProgressFacts): string {
  const facts = [
    loss === undefined ? '' : `loss ${loss.toFixed(4)}`,
    penalty === undefined || penalty === 0 ? '' : `penalty ${penalty.toPrecision(3)}`,
    residual === undefined ? '' : `residual ${residual.toFixed(3)}`,
    accuracy === undefined ? '' : `accuracy ${percent(accuracy)}`,
    etaMs === undefined ? '' : `${clock(etaMs)} left`,
  ].filter((fact) => fact !== '');
  return `epoch ${epoch}/${epochs} ${says}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}\n`;
}

/** 190000 → `3:10`; with hours where there are some. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
