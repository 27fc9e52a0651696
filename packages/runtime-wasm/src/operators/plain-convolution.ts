import { onNumbers, type Elements, type Numbers } from './elements.js';
import { sizeOf, type Binding, type Step } from './row.js';
import { windowMap, type Window } from './window.js';

/** A convolution whose weights are computed, or of another type than float32: loops over windows. */
export function plainConvolution(b: Binding, window: Window, groups: number): Step {
  const x = b.node.inputs[0]!;
  const w = b.node.inputs[1]!;
  const map = windowMap(window);
  const batch = x.shape[0]!;
  const channels = x.shape[1]!;
  const filters = w.shape[0]!;
  const perGroup = w.shape[1]!;
  const groupRows = filters / groups;
  const cells = sizeOf(window.inputs);
  const positions = sizeOf(window.outputs);
  const taps = sizeOf(window.kernel);
  return onNumbers(b, ([X, M, B]: readonly (Numbers | undefined)[] & Elements, [Y]) => () => {
    for (let n = 0; n < batch; n++) {
      for (let f = 0; f < filters; f++) {
        const group = Math.floor(f / groupRows);
        for (let p = 0; p < positions; p++) {
          let sum = B === undefined ? 0 : B[f]!;
          for (let c = 0; c < perGroup; c++) {
            const plane = (n * channels + group * perGroup + c) * cells;
            for (let k = 0; k < taps; k++) {
              const cell = map[k * positions + p]!;
              if (cell >= 0) sum += M[(f * perGroup + c) * taps + k]! * X[plane + cell]!;
            }
          }
          Y[(n * filters + f) * positions + p] = sum;
        }
      }
    }
  });
}
