/** Concat of maps `[N, C, H, W]` by channels, in whatever planes they lie. */
import { int } from './attributes.js';
import type { Node, Binding, Step, PlaneUse } from './row.js';
import { sharedCopy } from './shared-work.js';

export const isConcatOfMaps = ({ layer, inputs, outputs, activation }: Node): boolean =>
  activation === undefined && outputs[0]?.dtype === 'f32' && outputs[0].shape.length === 4 && [1, -3].includes(int(layer, 'axis', 0))
  && inputs.every((value) => value !== undefined && value.constant === undefined && value.shape.every((size) => size > 0));

export const concatUse = (node: Node): PlaneUse | undefined =>
  (isConcatOfMaps(node) ? { reads: node.inputs.map((_, i) => i), margin: 0, sameSize: true } : undefined);

export function concatMaps(b: Binding): Step {
  const y = b.node.outputs[0]!;
  const [batch, channels, H, W] = y.shape as [number, number, number, number];
  const to = b.layout(y);
  const copy = sharedCopy(b, 'copy1');
  const frame = sharedCopy(b, 'frame');
  let before = 0;
  const parts = b.node.inputs.map((value) => {
    const part = { from: b.layout(value!), address: b.address(value!), channels: value!.shape[1]!, first: before };
    before += part.channels;
    return part;
  });
  const output = b.address(y);
  const size = to.first + (H + to.margin) * to.pitch;
  return () => {
    for (let n = 0; n < batch; n++) {
      const image = output + 4 * n * channels * to.plane;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i]!;
        const { from } = part;
        const whole = from.pitch === W && to.pitch === W;
        copy(
          part.address + 4 * (n * part.channels * from.plane + from.first), image + 4 * (part.first * to.plane + to.first),
          part.channels, whole ? 1 : H, whole ? H * W : W, 4 * from.pitch, 4 * to.pitch, 4 * from.plane, 4 * to.plane,
        );
      }
      if (to.margin > 0) frame(4 * size, image, channels, H, W, 4 * to.first, 4 * to.pitch, 0, 4 * to.plane);
    }
  };
}
