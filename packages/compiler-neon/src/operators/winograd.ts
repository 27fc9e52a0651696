/** Dense 3x3 convolutions by Winograd's F(4x4, 3x3): 36 products of [filters x channels] over tiles, by the stream kernels. */
import { product, type Call, type Convolution } from '@fretwork/compiler';
import type { Activation } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { mainKernel } from '../product/choose-stream.js';
import { boundsOf, streamLines } from '../product/emit-stream.js';
import { readTuning, writeTuning } from '../product/tuning.js';
import { PRODUCTS } from '../winograd/transforms.js';
import { planWinograd, structure, winogradFloats, winogradWeights, type WinogradPlan } from '../winograd/plan-winograd.js';
import { partsOfSplits, type Decision } from './row.js';

/** What is decided where `plan` costs less than the `direct` way. */
export function winogradDecision(conv: Convolution, plan: WinogradPlan, call: Call, direct: number): Decision {
  const { choice, down, across, strips } = plan;
  const { options, summary, vectors, split } = choice;
  const parts = partsOfSplits([split], call.threads);
  const why = call.tuning?.kernel === 'winograd' ? 'as tuned' : `about ${Math.round(plan.cost)} instructions, ${Math.round(direct)} the direct way`;
  return {
    kernel: mainKernel(summary, vectors),
    reason: `Winograd F(4x4, 3x3), ${why}; ${strips.length} x ${down * across} tiles, weights transformed when this was made; each of 36 products: ${choice.reason}`,
    schedules: [{ tensor: call.name(1), from: 0, to: 1, options, summary }],
    scratchBytes: 4 * winogradFloats(plan, conv, parts),
    splits: [split], parts,
    tuning: writeTuning([{ ...choice.tuning, way: 'winograd' }]),
  };
}

/** Without the activation, where the kernels do not apply it. */
export function winogradLines(conv: Convolution, call: Call, decision: Decision, code: LayerCode, from: string, to: string, activation: Activation | undefined): string[] {
  const { window: w, channels, filters, bias } = conv;
  const own = readTuning(decision.tuning, ['winograd'])![0]!;
  const { across, down, strips, positions, pitch, rows } = planWinograd(conv, call.threads, own);
  const [inPlane, outPlane, size, out] = [channels * pitch, filters * pitch, product(w.input), product(w.output)];
  const biases = code.weights(Float32Array.from({ length: filters }, (_, f) => bias?.[f] ?? 0));
  const scratch = code.parts === 1 ? 'padded' : `padded + part * ${rows}`;
  return [
    `float *there = s, *back = there + ${PRODUCTS * inPlane}, *padded = back + ${PRODUCTS * outPlane};`,
    `static const int strips[] = {${strips.join(', ')}};`,
    `for (int i = 0; i < ${strips.length}; i++) {`,
    ...[
      ...code.shared(channels, (range) => [
        `${code.kernel('winograd_in')}(${range.at('there', pitch)}, ${range.at(from, size)}, ${scratch}, ${range.count}, ${w.input.join(', ')}, 4 * strips[i] - ${w.begins[0]}, ${w.begins[1]}, ${down}, ${across}, ${pitch}, ${inPlane});`,
      ]),
      ...code.wait(),
      ...streamLines(code, [structure(filters, channels)], decision.schedules![0]!, {
        from: 'there', to: 'back', positions, vectors: own.tile! / 4, split: decision.splits![0]!, activation: undefined,
        places: { row: (row) => 4 * pitch * row, column: (column) => 4 * pitch * column, bias: () => 0 },
        repeats: { payloads: winogradWeights(conv), from: inPlane, to: outPlane },
      }),
      ...code.wait(),
      ...code.shared(filters, (range) => [
        `${code.kernel('winograd_out')}(${range.at(to, out)}, ${range.at('back', pitch)}, ${range.at(biases, 1)}, ${range.count}, ${w.output.join(', ')}, 4 * strips[i], ${down}, ${across}, ${pitch}, ${outPlane}, ${boundsOf(activation)});`,
      ]),
    ].map((line) => `  ${line}`),
    '}',
  ];
}
