/** The three cells, with the default activations of ONNX. Gates in ONNX's order: GRU z r h, LSTM i o f c. */
import type { Value } from '../../graph/value.js';
import {
  gateColumns, gateRows, logisticSlope, perStep, product, project, tanhSlope, uniformFinish, type Cell, type Direction,
} from './direction.js';

/** h = tanh(W x + R h' + b) */
export const rnn: Cell = (d) => {
  const { graph } = d;
  const sums = graph.add(project(d, d.x, d.w, d.inputBias), project(d, d.before, d.r, d.recurrentBias));
  const slopes = perStep(d, tanhSlope(d, graph.unary('Tanh', sums)));
  return {
    step: (t, { h }) => {
      const gates = graph.mul(h, slopes[t]!);
      return { gates, flow: { h: product(d, gates, d.r, undefined) } };
    },
    finish: (gates) => uniformFinish(d, gates),
  };
};

/** h = (1 - z) n + z h' with n = tanh(Wn x + bn + r (Rn h' + cn)): Rn sees h' before the reset (cuDNN, PyTorch). */
export const gruResetAfter: Cell = (d) => {
  const { graph } = d;
  const [fromX, fromH] = [project(d, d.x, d.w, d.inputBias), project(d, d.before, d.r, d.recurrentBias)];
  const zr = graph.unary('Sigmoid', graph.add(gateColumns(d, fromX, 0, 2), gateColumns(d, fromH, 0, 2)));
  const [z, r, q] = [gateColumns(d, zr, 0, 1), gateColumns(d, zr, 1, 2), gateColumns(d, fromH, 2, 3)];
  const n = graph.unary('Tanh', graph.add(gateColumns(d, fromX, 2, 3), graph.mul(r, q)));
  const { onZ, onN } = gruSlopes(d, z, n);
  const onR = graph.mul(graph.mul(onN, q), logisticSlope(d, r));
  // All three gates are the same ∂loss/∂h times something known beforehand.
  const factors = perStep(d, graph.concat([onZ, onR, graph.mul(onN, r)], 1));
  const keeps = perStep(d, z);
  return {
    step: (t, { h }) => {
      const gates = graph.mul(graph.concat([h, h, h], 1), factors[t]!);
      return { gates, flow: { h: product(d, gates, d.r, graph.mul(h, keeps[t]!)) } };
    },
    finish: (gates, flows) => {
      const input = graph.concat([gateColumns(d, gates, 0, 2), graph.mul(flows, onN)], 1);
      return {
        x: graph.gemm(input, d.w, false, false),
        w: graph.gemm(input, d.x, true, false),
        r: graph.gemm(gates, d.before, true, false),
        inputBias: graph.sum(input, [0]),
        recurrentBias: graph.sum(gates, [0]),
      };
    },
  };
};

/** The same with n = tanh(Wn x + bn + Rn (r h') + cn): the reset comes first (Cho et al. 2014, TensorFlow). */
export const gruResetBefore: Cell = (d) => {
  const { graph } = d;
  const [gatesR, candidateR] = [gateRows(d, d.r, 0, 2), gateRows(d, d.r, 2, 3)];
  const biases = d.recurrentBias === undefined ? [undefined, undefined] : [gateRows(d, d.recurrentBias, 0, 2), gateRows(d, d.recurrentBias, 2, 3)];
  const fromX = project(d, d.x, d.w, d.inputBias);
  const zr = graph.unary('Sigmoid', graph.add(gateColumns(d, fromX, 0, 2), project(d, d.before, gatesR, biases[0])));
  const [z, r] = [gateColumns(d, zr, 0, 1), gateColumns(d, zr, 1, 2)];
  const reset = graph.mul(r, d.before);
  const n = graph.unary('Tanh', graph.add(gateColumns(d, fromX, 2, 3), project(d, reset, candidateR, biases[1])));
  const { onZ, onN } = gruSlopes(d, z, n);
  const [stepZ, stepN, stepR] = [perStep(d, onZ), perStep(d, onN), perStep(d, graph.mul(d.before, logisticSlope(d, r)))];
  const [keeps, resets] = [perStep(d, z), perStep(d, r)];
  return {
    step: (t, { h }) => {
      const dn = graph.mul(h, stepN[t]!);
      const dreset = product(d, dn, candidateR, undefined);
      const dzr = graph.concat([graph.mul(h, stepZ[t]!), graph.mul(dreset, stepR[t]!)], 1);
      const direct = graph.add(graph.mul(h, keeps[t]!), graph.mul(dreset, resets[t]!));
      return { gates: graph.concat([dzr, dn], 1), flow: { h: product(d, dzr, gatesR, direct) } };
    },
    finish: (gates) => ({
      ...uniformFinish(d, gates),
      r: graph.concat([
        graph.gemm(gateColumns(d, gates, 0, 2), d.before, true, false),
        graph.gemm(gateColumns(d, gates, 2, 3), reset, true, false),
      ], 0),
    }),
  };
};

/** Factors on ∂loss/∂h that give the gradients of the sums in z and n. */
function gruSlopes(d: Direction, z: Value, n: Value): { readonly onZ: Value; readonly onN: Value } {
  const { graph } = d;
  return {
    onZ: graph.mul(graph.sub(d.before, n), logisticSlope(d, z)),
    onN: graph.mul(graph.complement(z), tanhSlope(d, n)),
  };
}

/** c = f c' + i g, h = o tanh(c). */
export const lstm: Cell = (d) => {
  const { graph } = d;
  const sums = graph.add(project(d, d.x, d.w, d.inputBias), project(d, d.before, d.r, d.recurrentBias));
  const iof = graph.unary('Sigmoid', gateColumns(d, sums, 0, 3));
  const [i, o, f] = [0, 1, 2].map((g) => gateColumns(d, iof, g, g + 1)) as [Value, Value, Value];
  const g = graph.unary('Tanh', gateColumns(d, sums, 3, 4));
  const [forgets, written] = [perStep(d, f), perStep(d, graph.mul(i, g))];
  const cells: Value[] = [];
  const previous: Value[] = [];
  let c = d.firstCell;
  for (const t of d.order) {
    previous[t] = c;
    c = graph.add(graph.mul(forgets[t]!, c), written[t]!);
    cells[t] = c;
  }
  const curved = graph.unary('Tanh', graph.concat(cells, 0));
  // Factors on ∂loss/∂c for i, f and g, on ∂loss/∂h for o and for ∂loss/∂c itself.
  const onC = perStep(d, graph.concat([
    graph.mul(g, logisticSlope(d, i)), graph.mul(graph.concat(previous, 0), logisticSlope(d, f)), graph.mul(i, tanhSlope(d, g)),
  ], 1));
  const onO = perStep(d, graph.mul(curved, logisticSlope(d, o)));
  const intoC = perStep(d, graph.mul(o, tanhSlope(d, curved)));
  return {
    step: (t, flow) => {
      const own = graph.mul(flow.h, intoC[t]!);
      const dc = flow.c === undefined ? own : graph.add(flow.c, own);
      const ifg = graph.mul(graph.concat([dc, dc, dc], 1), onC[t]!);
      const gates = graph.concat([gateColumns(d, ifg, 0, 1), graph.mul(flow.h, onO[t]!), gateColumns(d, ifg, 1, 3)], 1);
      return { gates, flow: { h: product(d, gates, d.r, undefined), c: graph.mul(dc, forgets[t]!) } };
    },
    finish: (gates) => uniformFinish(d, gates),
  };
};
