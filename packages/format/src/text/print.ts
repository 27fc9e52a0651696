import type { Attribute, Layer, Model, Tensor, ValueInfo } from '../contract.js';
import { arraysOf, isInline, printArray, printLiteral } from './arrays.js';
import { factsOf, printMatrixFacts, printTensorFacts } from './facts.js';
import { VERSION } from './lines.js';
import { printActivation, printScheme, printTuning } from './schemes.js';
import { printDimension, printName, printNumber, printString } from './words.js';

export interface PrintOptions {
  /**
   * `inline` (left out: this) puts the arrays at the bottom, so that the text is the whole model; `omit` leaves out
   * those of tensors with more than 16 elements: `parseModel` then takes the tensors by name.
   */
  readonly weights?: 'inline' | 'omit';
}

/**
 * The layerwise representation as a text that a person can read and edit; `lines.ts` has the grammar. With the weights
 * inline, `parseModel` gives the same model, to the last bit. The same model gives the same text.
 */
export function printModel(model: Model, options: PrintOptions = {}): string {
  return [...sections(model, options)].filter((lines) => lines.length > 0).map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function* sections(model: Model, { weights = 'inline' }: PrintOptions): Generator<readonly string[]> {
  const { provenance, plan, recipe } = model;
  yield [
    `fretwork ${VERSION}`,
    `model ${printName(model.name)}`,
    `producer ${printName(provenance.producer)} version ${printName(provenance.producerVersion)} opset ${printNumber(provenance.sourceOpset)}`,
    ...(provenance.doc === '' ? [] : [`doc ${printString(provenance.doc)}`]),
    ...provenance.metadata.map(([key, value]) => `metadata ${printName(key)} ${printString(value)}`),
  ];
  yield [
    ...model.inputs.map((info) => `input ${printInfo(info)}`),
    ...model.outputs.map((info) => `output ${printInfo(info)}`),
    ...model.values.map((info) => `value ${printInfo(info)}`),
  ];
  for (const layer of model.layers) yield printLayer(layer);
  yield [...model.tensors].flatMap(([name, tensor]) => printTensor(name, tensor));
  if (plan !== undefined) {
    yield [`plan target ${printName(plan.target)} mapper ${printName(plan.mapper)}`, ...plan.entries.map((entry) => {
      const predicted = entry.predictedMs === undefined ? '' : ` predicted ${printNumber(entry.predictedMs)}`;
      return `  map ${printName(entry.layer)} ${printScheme(entry.scheme)}${predicted} because ${printString(entry.reason)}`;
    })];
  }
  if (recipe !== undefined) {
    yield [
      'recipe',
      ...recipe.steps.map((step) =>
        `  step ${printName(step.tool)} version ${printName(step.version)} seed ${printNumber(step.seed)} options ${printString(step.options)}`),
      ...recipe.hashes.map(([name, sha256]) => `  hash ${printName(name)} ${printName(sha256)}`),
    ];
  }
  const data = weights === 'inline' ? [...model.tensors].flatMap(([name, tensor]) => printData(name, tensor)) : [];
  if (data.length > 0) yield ['# Elements as base64 of their little-endian bytes.', ...data];
}

const printInfo = ({ name, dtype, shape }: ValueInfo): string =>
  `${printName(name)} ${dtype}${shape === undefined ? '' : ` [${shape.map(printDimension).join(', ')}]`}`;

const names = (list: readonly string[]): string => list.map(printName).join(', ');

function printLayer(layer: Layer): readonly string[] {
  const { domain, activation, scheme, tuning, origin } = layer;
  const outputs = layer.outputs.length === 0 ? '' : ` ${names(layer.outputs)}`;
  return [
    `layer ${printName(layer.name)} = ${printName(layer.operator)}(${names(layer.inputs)}) ->${outputs}`,
    ...(domain === '' ? [] : [`  domain ${printName(domain)}`]),
    ...[...layer.attributes].map(([name, value]) => `  ${printAttribute(name, value)}`),
    ...(activation === undefined ? [] : [`  activation ${printActivation(activation)}`]),
    ...(scheme === undefined ? [] : [`  scheme ${printScheme(scheme)}`]),
    ...(tuning === undefined ? [] : [`  tuning ${printTuning(tuning)}`.trimEnd()]),
    ...(origin === undefined ? [] : [`  origin [${names(origin)}]`]),
  ];
}

function printAttribute(name: string, attribute: Attribute): string {
  const key = printName(name);
  switch (attribute.type) {
    case 'int':
    case 'float': return `${attribute.type} ${key} = ${printNumber(attribute.value)}`;
    case 'string': return `string ${key} = ${printString(attribute.value)}`;
    case 'ints':
    case 'floats': return `${attribute.type} ${key} = [${attribute.value.map(printNumber).join(', ')}]`;
    case 'strings': return `strings ${key} = [${attribute.value.map(printString).join(', ')}]`;
    case 'tensor': return `constant ${key} ${printTensorFacts(factsOf(attribute.value))} = ${printLiteral(attribute.value)}`;
  }
}

function printTensor(name: string, tensor: Tensor): readonly string[] {
  const facts = factsOf(tensor);
  const head = `tensor ${printName(name)} ${printTensorFacts(facts)}`;
  if (tensor.kind === 'dense') return [isInline(tensor) ? `${head} = ${printLiteral(tensor)}` : head];
  return [head, ...facts.matrices.map((matrix) => `  matrix ${printMatrixFacts(matrix)}`)];
}

function printData(name: string, tensor: Tensor): readonly string[] {
  const key = printName(name);
  if (tensor.kind === 'dense') return isInline(tensor) ? [] : [`data ${key} ${tensor.dtype} = ${printArray(tensor.data)}`];
  return tensor.matrices.flatMap((matrix, i) =>
    arraysOf(matrix, tensor.dtype).map(({ key: array, type, data }) => `data ${key} ${i} ${array} ${type} = ${printArray(data)}`));
}
