import { colour, horizontalFlip, mix, noise, randomCrop, stretch, timeShift, type Augmentation } from '@fretwork/datasets';
import { parseNumber, usage } from '../arguments.js';

interface AugmentationRow {
  readonly name: string;
  /** What stands after the `=`; left out: nothing. */
  readonly value?: string;
  readonly says: string;
  readonly make: (value: number) => Augmentation;
}

/** What `--augment` can name. Samples are changed after `--scale`, `--mean` and `--std`. */
export const AUGMENTATIONS: readonly AugmentationRow[] = [
  { name: 'crop', value: 'PIXELS', says: 'move images by at most so many pixels, filling up with 0', make: (padding) => randomCrop({ padding }) },
  { name: 'flip', says: 'mirror every other image left to right', make: () => horizontalFlip() },
  { name: 'shift', value: 'STEPS', says: 'move sound or its features in time by at most so many steps, filling up with 0', make: (most) => timeShift({ most }) },
  { name: 'slide', value: 'STEPS', says: 'the same, filling up with the first or last step again, as features need it', make: (most) => timeShift({ most, fill: 'edge' }) },
  { name: 'noise', value: 'DEVIATION', says: 'add noise of a deviation up to this', make: (deviation) => noise({ deviation }) },
  { name: 'stretch', value: 'SHARE', says: 'play features faster or slower by up to this share', make: (most) => stretch({ most }) },
  { name: 'colour', value: 'DEVIATION', says: 'add one number of this deviation to each feature throughout, as another microphone does to MFCC', make: (deviation) => colour({ deviation }) },
  { name: 'mix', value: 'SHARE', says: 'blend in up to this share of another sample, labels unchanged: for distillation', make: (most) => mix({ most }) },
];

/** `crop=4` → its augmentation. Throws `usage.augment` and `augment.option`. */
export function augmentation(text: string, command: string): Augmentation {
  const [name, value, more] = text.split('=');
  const row = AUGMENTATIONS.find((one) => one.name === name);
  const number = value === undefined ? NaN : parseNumber(value);
  if (row === undefined || more !== undefined || (row.value === undefined ? value !== undefined : !Number.isFinite(number))) {
    throw usage('augment', `--augment takes ${AUGMENTATIONS.map((one) => one.name + (one.value === undefined ? '' : `=${one.value}`)).join(', ')}, not ${JSON.stringify(text)}`, command);
  }
  return row.make(number);
}
