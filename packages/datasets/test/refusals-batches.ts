import { augment, batches, colour, horizontalFlip, mix, ndArray, noise, planBatches, randomCrop, stretch, timeShift, type DatasetErrorCode } from '@fretwork/datasets';

const flat = ndArray('f32', [2, 4], new Float32Array(8));
const images = ndArray('u8', [1, 1, 2, 2], new Uint8Array(4));

/** The rows of the refusals' table that speak of augmentation and batches. */
export const BATCH_REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['augment.option', 'half a pixel of padding', () => randomCrop({ padding: 0.5 })],
  ['augment.option', 'a probability of 2', () => horizontalFlip({ probability: 2 })],
  ['augment.option', 'a deviation that is none', () => noise({ deviation: NaN })],
  ['augment.option', 'a deviation without end', () => noise({ deviation: Infinity })],
  ['augment.option', 'a shift below 0', () => timeShift({ most: -1 })],
  ['augment.option', 'a colour of no deviation', () => colour({ deviation: NaN })],
  ['augment.option', 'a stretch to nothing', () => stretch({ most: 1 })],
  ['augment.option', 'more than all of another', () => mix({ most: 1.5 })],
  ['augment.option', 'a fraction as seed', () => augment(flat, [], { seed: 0.5 })],
  ['augment.shape', 'a crop of what is no image', () => augment(flat, [randomCrop({ padding: 1 })], { seed: 1 })],
  ['augment.shape', 'a mirror for what is no image', () => augment(flat, [horizontalFlip()], { seed: 1 })],
  ['augment.shape', 'noise on bytes', () => augment(images, [noise({ deviation: 1 })], { seed: 1 })],
  ['augment.shape', 'a mix of bytes', () => augment(images, [mix({ most: 0.5 })], { seed: 1 })],
  ['augment.shape', 'a stretch of images', () => augment(images, [stretch({ most: 0.1 })], { seed: 1 })],
  ['augment.shape', 'a colour for bytes', () => augment(ndArray('u8', [1, 2, 2], new Uint8Array(4)), [colour({ deviation: 1 })], { seed: 1 })],
  ['augment.shape', 'a time shift of images', () => augment(images, [timeShift({ most: 1 })], { seed: 1 })],
  ['batches.option', 'batches of nothing', () => planBatches(10, { size: 0 })],
  ['batches.option', 'a negative number of samples', () => planBatches(-1, { size: 1 })],
  ['batches.option', 'half an epoch', () => planBatches(10, { size: 1, epoch: 0.5 })],
  ['batches.option', 'a fraction as seed', () => planBatches(10, { size: 1, seed: 0.5 })],
  ['batches.option', 'an unknown wish for the last', () => planBatches(10, { size: 1, last: 'pad' as 'keep' })],
  ['batches.option', 'augmentation without a seed', () => [...batches({ inputs: images, labels: Int32Array.of(0) }, { size: 1, augment: [horizontalFlip()] })]],
];
