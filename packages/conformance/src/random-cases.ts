import { dense, encode, weightsOf, type DenseTensor, type Encoding, type LayerWeight, type Model, type Tensor } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import type { Case } from './contract.js';
import { sourceFromModel } from './model-source.js';
import { LAYER_KINDS } from './random-layers.js';
import { MASK_KINDS, type Cut } from './random-masks.js';
import { random } from './random.js';

export interface RandomCasesOptions {
  readonly seed: number;
  readonly count: number;
  /** Only these operators; left out: all of `LAYER_KINDS`. */
  readonly operators?: readonly string[];
}

/**
 * `count` cases of random layer x mask x block x encoding. Case i of a seed is always the same, and names all it was
 * drawn from. The expected outputs come from the reference, run on the same weights as dense tensors.
 */
export function randomCases({ seed, count, operators }: RandomCasesOptions): readonly Case[] {
  const kinds = LAYER_KINDS.filter((kind) => operators === undefined || operators.includes(kind.operator));
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length]!;
    // Neighbouring seeds of one generator are alike in their first draws; a large odd step parts them.
    const draw = random(seed + i * 0x9e3779b1);
    const drawn = kind.draw(draw);
    const weights = weightsOf(drawn.model, drawn.model.layers[0]!);
    const mask = draw.pick(MASK_KINDS.filter((m) => weights.every((w) => m.fits(w.view))));
    const encoding = draw.pick<Encoding | undefined>([undefined, ...mask.encodings]);
    const maskSeed = draw.integer(0, 0x7fffffff);
    return {
      name: `random-${seed}-${i}-${kind.operator}-${mask.kind}-${encoding ?? 'by-bytes'}`,
      load: async () => {
        const pruned = new Map<string, { dense: DenseTensor; sparse: Tensor }>();
        const cuts = random(maskSeed);
        for (const weight of weights) pruned.set(weight.name, prune(weight, mask.draw(cuts, weight.view), encoding));
        const outputs = createInterpreter(withTensors(drawn.model, (name) => pruned.get(name)?.dense)).run(drawn.inputs);
        return {
          source: sourceFromModel(withTensors(drawn.model, (name) => pruned.get(name)?.sparse)),
          dataSets: [{ name: 'drawn', inputs: drawn.inputs, outputs }],
        };
      },
    };
  });
}

function prune(weight: LayerWeight, cut: Cut, encoding: Encoding | undefined): { dense: DenseTensor; sparse: Tensor } {
  const { count, rows, columns, order } = weight.view;
  const values = Float32Array.from((weight.tensor as DenseTensor).data as Float32Array);
  const at = (m: number, r: number, c: number): number => m * rows * columns + (order === 'row-major' ? r * columns + c : c * rows + r);
  const matrix = new Float32Array(rows * columns);
  for (let m = 0; m < count; m++) {
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) matrix[r * columns + c] = values[at(m, r, c)]!;
    cut(matrix, rows, columns);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[at(m, r, c)] = matrix[r * columns + c]!;
  }
  const whole = dense('f32', weight.tensor.shape, values);
  const { tensor } = encode(whole, weight.view, encoding === undefined ? {} : { encodings: [encoding] });
  return { dense: whole, sparse: tensor };
}

const withTensors = (model: Model, replace: (name: string) => Tensor | undefined): Model =>
  ({ ...model, tensors: new Map([...model.tensors].map(([name, tensor]) => [name, replace(name) ?? tensor])) });
