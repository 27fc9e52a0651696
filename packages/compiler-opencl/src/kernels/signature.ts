/** How kernels of products over positions begin. `emitProduct` gives their arguments, in this order. */
import type { ProductVariant } from './manifest.js';

/** Where weights lie. */
export const spaceOf = ({ constant }: Pick<ProductVariant, 'constant'>): '__constant' | '__global' => (constant ? '__constant' : '__global');

/** Up to the brace. */
export function signatureOf(row: ProductVariant, name: string): string {
  const wave = row.parts > 0;
  return `__kernel void ${name}(
    ${row.path === 'image' ? 'TEXELS x' : '__global const STORED *x'}, __global STORED *y, ${spaceOf(row)} const STORED *w, __global const int *program, __global const STORED *z,
    int positions, ${wave ? '' : 'int tiles, '}int tileAxis, int batchStep, int rowStep, int pixelStep, int outStep, int hasResidual,
    ${row.whole ? 'int channels, int channelStep, ' : ''}${row.implicit ? WINDOW : ''}${wave ? 'int parts, __local REAL *shared, ' : ''}float alpha, float beta) {`;
}

const WINDOW = 'int height, int width, int outWidth, int kernelY, int kernelX, int strideY, int strideX, int dilationY, int dilationX, int top, int left, ';
