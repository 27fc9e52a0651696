/** Multinomial logistic regression by plain stochastic gradient descent: the linear classifier that tests compare with. */
export interface Training {
  readonly classes: number;
  readonly epochs: number;
  readonly rate: number;
}

/** `x`: [N, D], labels [N]. Gives a function from [M, D] to M classes. */
export function trainSoftmaxRegression(x: Float32Array, labels: Int32Array, { classes, epochs, rate }: Training): (x: Float32Array) => Int32Array {
  const d = x.length / labels.length;
  const weights = new Float64Array(classes * d);
  const bias = new Float64Array(classes);
  const scores = new Float64Array(classes);
  const score = (row: Float32Array): void => {
    for (let c = 0; c < classes; c++) {
      let sum = bias[c]!;
      for (let j = 0; j < d; j++) sum += weights[c * d + j]! * row[j]!;
      scores[c] = sum;
    }
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    labels.forEach((label, i) => {
      const row = x.subarray(i * d, (i + 1) * d);
      score(row);
      const top = Math.max(...scores);
      const powers = scores.map((s) => Math.exp(s - top));
      const total = powers.reduce((a, b) => a + b, 0);
      for (let c = 0; c < classes; c++) {
        const step = rate * (powers[c]! / total - (c === label ? 1 : 0));
        for (let j = 0; j < d; j++) weights[c * d + j]! -= step * row[j]!;
        bias[c]! -= step;
      }
    });
  }
  return (other) => Int32Array.from({ length: other.length / d }, (_, i) => {
    score(other.subarray(i * d, (i + 1) * d));
    return scores.indexOf(Math.max(...scores));
  });
}
