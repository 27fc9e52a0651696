import { inComment, type Call } from '@fretwork/compiler';
import { densityOf, weightsOf, type Scheme } from '@fretwork/format';
import type { NeonLayer } from '../contract.js';

const WIDTH = 118;

/** Which layer, with which scheme, by which kernel and tile, and why. Everything that comes from the model is escaped. */
export function layerComment(call: Call, decided: NeonLayer, at: number, of: number): string {
  const { layer, context } = call;
  const shapes = layer.inputs.flatMap((name, i) => (name === '' || context.model.tensors.has(name) ? [] : [`[${call.shape(i).join(', ')}]`])).join(' ');
  const says = [
    `Layer ${at} of ${of}, ${inComment(JSON.stringify(layer.name))}: ${inComment(layer.operator)}${layer.activation === undefined ? '' : ` + ${layer.activation.kind}`}, ${shapes} -> [${call.outShape(layer.outputs.findIndex((name) => name !== '')).join(', ')}].`,
    ...weightsOf(context.model, layer).map(({ tensor }) =>
      `Weight [${tensor.shape.join(', ')}], ${tensor.kind === 'dense' ? 'dense' : `${(100 * densityOf(tensor)).toFixed(1)} % kept, ${[...new Set(tensor.matrices.map(({ encoding }) => encoding))].join(' and ')}`}${schemeText(layer.scheme)}.`),
    `Kernel ${decided.kernel}: ${inComment(decided.reason, 1000)}.`,
  ];
  return ['/*', ...says.flatMap(wrapped).map((line) => ` * ${line}`), ' */'].join('\n');
}

function schemeText(scheme: Scheme | undefined): string {
  if (scheme === undefined || scheme.kind === 'dense') return '';
  const block = scheme.kind === 'bcr' ? ` ${scheme.blockRows}x${scheme.blockColumns}` : scheme.kind === 'block-punched' ? ` ${scheme.blockFilters}x${scheme.blockChannels}` : '';
  return `, pruned by ${scheme.kind}${block} at rate ${scheme.rate}`;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
