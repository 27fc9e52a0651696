/** One choice that a policy made. */
export interface Chosen {
  /** Of what was open to it, before softmax. */
  readonly scores: readonly number[];
  /** Position in `scores`. */
  readonly taken: number;
  readonly advantage: number;
  /** Weight of the entropy. */
  readonly entropy: number;
}

/** Gradient at the scores of -advantage · log p(taken) - entropy · H(p): REINFORCE (Williams 1992) with a term that keeps the policy from settling too soon. */
export function policyGradient({ scores, taken, advantage, entropy }: Chosen): readonly number[] {
  const most = Math.max(...scores);
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0)) + most;
  const logs = scores.map((score) => score - total);
  const h = -logs.reduce((sum, log) => sum + Math.exp(log) * log, 0);
  return logs.map((log, i) => advantage * (Math.exp(log) - Number(i === taken)) + entropy * Math.exp(log) * (log + h));
}
