/** One row per class of `shapes`: its name and whether the point (u, v) lies in it. Shapes fill about the unit circle. */
export interface ShapeClass {
  readonly name: string;
  readonly inside: (u: number, v: number) => boolean;
}

const HALF_ROOT_3 = 0.8660254037844386;

export const SHAPE_CLASSES: readonly ShapeClass[] = [
  { name: 'disc', inside: (u, v) => u * u + v * v <= 0.64 },
  { name: 'ring', inside: (u, v) => u * u + v * v <= 0.9 && u * u + v * v >= 0.26 },
  { name: 'square', inside: (u, v) => Math.abs(u) <= 0.72 && Math.abs(v) <= 0.72 },
  { name: 'triangle', inside: (u, v) => v >= -0.52 && HALF_ROOT_3 * Math.abs(u) + 0.5 * v <= 0.52 },
  { name: 'cross', inside: (u, v) => Math.min(Math.abs(u), Math.abs(v)) <= 0.26 && Math.max(Math.abs(u), Math.abs(v)) <= 0.96 },
  { name: 'bar', inside: (u, v) => Math.abs(u) <= 0.98 && Math.abs(v) <= 0.27 },
  { name: 'half-disc', inside: (u, v) => v >= -0.42 && u * u + (v + 0.42) * (v + 0.42) <= 0.98 },
  { name: 'corner', inside: (u, v) => Math.min(u, v) >= -0.76 && Math.max(u, v) <= 0.76 && Math.min(u, v) <= -0.26 },
];
