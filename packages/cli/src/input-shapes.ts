import { FretworkError, quote, type Model } from '@fretwork/format';
import { usage } from './arguments.js';
import type { OptionRow } from './contract.js';

export const SHAPE_OPTION: OptionRow = { name: 'shape', value: 'NAME=1x3x224x224', many: true, says: 'The shape of an input; sizes the file leaves open are 1 otherwise.' };

/** The shapes given, and 1 for every size that the file leaves open. Throws `usage.shape`. */
export function openShapes(model: Model, given: readonly string[], command: string): Record<string, readonly number[]> {
  const shapes: [string, readonly number[]][] = [];
  for (const value of model.inputs) {
    if (value.shape !== undefined) shapes.push([value.name, value.shape.map((d) => (typeof d === 'number' ? d : 1))]);
  }
  const result = Object.fromEntries(shapes);
  for (const text of given) {
    const value = model.inputs.find((v) => text.startsWith(`${v.name}=`));
    const sizes = text.slice((value?.name.length ?? 0) + 1);
    if (value === undefined || !/^\d{1,9}(x\d{1,9})*$/.test(sizes)) throw usage('shape', `--shape is NAME=1x3x224x224, not ${quote(text)}`, command);
    const shape = sizes.split('x').map(Number);
    if (value.shape !== undefined && value.shape.length !== shape.length) {
      throw new FretworkError('usage.shape', `input ${quote(value.name)} has another rank`, { expected: String(value.shape.length), actual: String(shape.length) });
    }
    result[value.name] = shape;
  }
  return result;
}
