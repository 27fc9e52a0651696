import { SHAPE_CLASSES, type ShapeClass } from '@fretwork/datasets';

const ANGLES = 24;

/** A class with its centre of mass, which is what an image shows of its place. */
const TEMPLATES = SHAPE_CLASSES.map((shape) => ({ shape, ...centreOf(shape) }));

/**
 * The class whose turned and scaled template, put on the image's centre of mass, correlates best with it in either
 * polarity. It knows how the images are made, and shows thereby that they can be told apart.
 */
export function nearestTemplate(image: Uint8Array, side: number): number {
  const border = [...image].filter((_, i) => i < side || i >= image.length - side || i % side === 0 || i % side === side - 1);
  const back = border.sort((a, b) => a - b)[border.length >> 1]!;
  let mass = 0;
  let x = 0;
  let y = 0;
  image.forEach((pixel, i) => {
    if (Math.abs(pixel - back) <= 35) return;
    mass++;
    x += (i % side) + 0.5;
    y += Math.floor(i / side) + 0.5;
  });
  const mean = image.reduce((a, b) => a + b, 0) / image.length;
  let best = { score: -1, label: -1 };
  TEMPLATES.forEach(({ shape, u, v }, label) => {
    for (let radius = 0.28 * side; radius <= 0.45 * side; radius += 0.025 * side) {
      for (let turn = 0; turn < ANGLES; turn++) {
        const cos = Math.cos((turn * 2 * Math.PI) / ANGLES) / radius;
        const sin = Math.sin((turn * 2 * Math.PI) / ANGLES) / radius;
        let inside = 0;
        let sum = 0;
        for (let i = 0; i < image.length; i++) {
          const dx = (i % side) + 0.5 - x / mass;
          const dy = Math.floor(i / side) + 0.5 - y / mass;
          if (!shape.inside(dx * cos + dy * sin + u, dy * cos - dx * sin + v)) continue;
          inside++;
          sum += image[i]! - mean;
        }
        const score = Math.abs(sum) / Math.sqrt(inside * (image.length - inside) || 1);
        if (score > best.score) best = { score, label };
      }
    }
  });
  return best.label;
}

function centreOf(shape: ShapeClass): { readonly u: number; readonly v: number } {
  let n = 0;
  let su = 0;
  let sv = 0;
  for (let u = -1; u <= 1; u += 0.02) {
    for (let v = -1; v <= 1; v += 0.02) {
      if (!shape.inside(u, v)) continue;
      n++;
      su += u;
      sv += v;
    }
  }
  return { u: su / n, v: sv / n };
}
