/** Where a sample of the resized axis lies on the original one: coordinate_transformation_mode of Resize. */

/** One axis that is resized. `exact` is the length before it is cut to an integer: original · scale. */
export interface Axis {
  readonly original: number;
  readonly resized: number;
  readonly exact: number;
  readonly scale: number;
  /** Part of the original that tf_crop_and_resize looks at, in shares of its length. */
  readonly roi: readonly [start: number, end: number];
}

export const COORDINATES: Readonly<Record<string, (at: number, axis: Axis) => number>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  half_pixel_symmetric: (at, { scale, original, resized, exact }) => {
    const adjustment = resized / exact;
    const offset = original / 2 * (1 - adjustment);
    return offset + (at + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (at, { scale, resized }) => (resized > 1 ? (at + 0.5) / scale - 0.5 : 0),
  align_corners: (at, { original, exact }) => (exact === 1 ? 0 : at * (original - 1) / (exact - 1)),
  asymmetric: (at, { scale }) => at / scale,
  tf_crop_and_resize: (at, { original, resized, roi: [start, end] }) =>
    (resized > 1 ? start * (original - 1) + at * (end - start) * (original - 1) / (resized - 1) : 0.5 * (start + end) * (original - 1)),
};
