import type { MaskPicture } from '../record.js';
import { colour, el, grouped, percent } from './dom.js';

/** A matrix that is asked by the weight. */
interface Mask extends MaskPicture {
  /** Kept share of the weights of [r0, r1) x [c0, c1). */
  readonly kept: (r0: number, r1: number, c0: number, c1: number) => number;
}

/** Weights as wide as this many pixels are drawn one by one; smaller ones as blocks. */
const SINGLE = 3;
const MOST_SCALE = 48;

function maskOf(picture: MaskPicture): Mask {
  const bytes = Uint8Array.from(atob(picture.data), (c) => c.charCodeAt(0));
  const { columns, cell, kind } = picture;
  const wide = Math.ceil(columns / cell);
  const at = kind === 'bits' ? (r: number, c: number): number => (bytes[(r * columns + c) >> 3]! >> ((r * columns + c) & 7)) & 1 : (r: number, c: number): number => bytes[Math.floor(r / cell) * wide + Math.floor(c / cell)]! / 255;
  return {
    ...picture,
    kept: (r0, r1, c0, c1) => {
      let [sum, n] = [0, 0];
      for (let r = r0; r < r1; r += kind === 'bits' ? 1 : cell) for (let c = c0; c < c1; c += kind === 'bits' ? 1 : cell) [sum, n] = [sum + at(r, c), n + 1];
      return n === 0 ? 0 : sum / n;
    },
  };
}

export interface MaskView {
  readonly element: HTMLElement;
  /** Shows the first matrix of this layer; does nothing where it has none. */
  readonly show: (layer: string) => boolean;
  readonly redraw: () => void;
}

/** The block map of every pruned matrix: drag to move, wheel or buttons to zoom, down to single weights. */
export function maskView(pictures: readonly MaskPicture[]): MaskView {
  const choose = el('select', { 'aria-label': 'matrix' }, ...pictures.map(({ layer, part }, i) => el('option', { value: String(i) }, part === '' ? layer : `${layer}: ${part}`)));
  const canvas = el('canvas', { tabindex: '0', role: 'img', 'aria-label': 'which weights are kept' });
  const readout = el('output', {});
  const facts = el('span', { class: 'facts' });
  const button = (label: string, says: string, act: () => void): HTMLElement => {
    const made = el('button', { type: 'button', title: says, 'aria-label': says }, label);
    made.addEventListener('click', act);
    return made;
  };
  const context = canvas.getContext('2d')!;
  let mask = maskOf(pictures[0]!);
  let [scale, left, top] = [1, 0, 0];
  const masks = new Map<number, Mask>();

  const size = (): readonly [number, number] => [canvas.clientWidth, canvas.clientHeight];
  const fit = (): void => {
    const [w, h] = size();
    scale = Math.min(MOST_SCALE, w / mask.columns, h / mask.rows);
    [left, top] = [(w - scale * mask.columns) / 2, (h - scale * mask.rows) / 2];
    draw();
  };
  const zoom = (factor: number, x = size()[0] / 2, y = size()[1] / 2): void => {
    const [w, h] = size();
    const next = Math.min(MOST_SCALE, Math.max(Math.min(w / mask.columns, h / mask.rows, 1) * 0.8, scale * factor));
    [left, top, scale] = [x - ((x - left) * next) / scale, y - ((y - top) * next) / scale, next];
    draw();
  };

  function draw(): void {
    const [w, h] = size();
    const dots = globalThis.devicePixelRatio;
    if (w === 0 || h === 0) return;
    [canvas.width, canvas.height] = [Math.round(w * dots), Math.round(h * dots)];
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.fillStyle = colour('raised');
    context.fillRect(Math.max(0, left), Math.max(0, top), Math.min(w, scale * mask.columns), Math.min(h, scale * mask.rows));
    const single = scale >= SINGLE && mask.kind === 'bits';
    const [cellRows, cellColumns] = single ? [1, 1] : cellOf();
    const [r0, c0] = [Math.max(0, Math.floor(-top / scale / cellRows)), Math.max(0, Math.floor(-left / scale / cellColumns))];
    const gap = single && scale >= 7 ? 1 : 0;
    context.fillStyle = colour('accent');
    for (let r = r0 * cellRows; r < mask.rows && top + r * scale < h; r += cellRows) {
      for (let c = c0 * cellColumns; c < mask.columns && left + c * scale < w; c += cellColumns) {
        const [r1, c1] = [Math.min(mask.rows, r + cellRows), Math.min(mask.columns, c + cellColumns)];
        const kept = mask.kept(r, r1, c, c1);
        if (kept === 0) continue;
        context.globalAlpha = single ? 1 : 0.08 + 0.92 * kept;
        context.fillRect(left + c * scale, top + r * scale, (c1 - c) * scale - gap, (r1 - r) * scale - gap);
      }
    }
    context.globalAlpha = 1;
    borders();
  }

  /** What one square of the map stands for: a block, or what is about two pixels where blocks are smaller, or there are none. */
  function cellOf(): readonly [number, number] {
    const least = Math.max(1, Math.ceil(2 / scale), mask.kind === 'density' ? mask.cell : 1);
    const [rows, columns] = mask.block ?? [1, 1];
    const whole = rows * scale >= 2 && columns * scale >= 2 && rows * columns > 1 && rows <= mask.rows / 4 && columns <= mask.columns / 4;
    return whole ? [Math.max(rows, least), Math.max(columns, least)] : [least, least];
  }

  function borders(): void {
    const [rows, columns] = mask.block ?? [mask.rows, mask.columns];
    context.strokeStyle = colour('line');
    context.lineWidth = 1;
    context.beginPath();
    if (rows * scale >= 9) for (let r = 0; r <= mask.rows; r += rows) lineAt(0, mask.columns, r, r);
    if (columns * scale >= 9) for (let c = 0; c <= mask.columns; c += columns) lineAt(c, c, 0, mask.rows);
    context.rect(left, top, scale * mask.columns, scale * mask.rows);
    context.stroke();
  }

  function lineAt(c0: number, c1: number, r0: number, r1: number): void {
    context.moveTo(left + c0 * scale, top + r0 * scale);
    context.lineTo(left + c1 * scale, top + r1 * scale);
  }

  function tell(x: number, y: number): void {
    const [r, c] = [Math.floor((y - top) / scale), Math.floor((x - left) / scale)];
    if (r < 0 || c < 0 || r >= mask.rows || c >= mask.columns) {
      readout.value = '';
      return;
    }
    const weight = mask.kind === 'bits' ? (mask.kept(r, r + 1, c, c + 1) === 1 ? 'kept' : 'cut') : `${percent(mask.kept(r, r + 1, c, c + 1), 0)} kept around here`;
    const [rows, columns] = mask.block ?? [0, 0];
    const [b, d] = [Math.floor(r / rows), Math.floor(c / columns)];
    const block = mask.block === null ? '' : `; block ${b}, ${d}: ${percent(mask.kept(b * rows, Math.min(mask.rows, (b + 1) * rows), d * columns, Math.min(mask.columns, (d + 1) * columns)))} kept`;
    readout.value = `row ${r}, column ${c}: ${weight}${block}`;
  }

  function set(index: number): void {
    mask = masks.get(index) ?? maskOf(pictures[index]!);
    masks.set(index, mask);
    choose.value = String(index);
    canvas.style.height = `${Math.round(Math.min(460, Math.max(180, (canvas.clientWidth * mask.rows) / mask.columns)))}px`;
    facts.textContent = `${grouped(mask.rows)} × ${grouped(mask.columns)} weights, ${percent(mask.kept(0, mask.rows, 0, mask.columns))} kept${mask.block === null ? '' : `, blocks of ${mask.block[0]} × ${Math.min(mask.columns, mask.block[1])}`}${mask.kind === 'bits' ? '' : ', too large to be shown weight by weight'}`;
    fit();
  }

  choose.addEventListener('change', () => set(Number(choose.value)));
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) {
      [left, top] = [left + event.movementX, top + event.movementY];
      draw();
    }
    tell(event.offsetX, event.offsetY);
  });
  canvas.addEventListener('keydown', ({ key }) => {
    const moves: Readonly<Record<string, () => void>> = {
      '+': () => zoom(1.5), '-': () => zoom(1 / 1.5), 0: fit,
      ArrowLeft: () => { left += 40; draw(); }, ArrowRight: () => { left -= 40; draw(); }, ArrowUp: () => { top += 40; draw(); }, ArrowDown: () => { top -= 40; draw(); },
    };
    moves[key]?.();
  });
  new ResizeObserver(fit).observe(canvas);
  const bar = el('div', { class: 'bar' }, choose, button('−', 'zoom out', () => zoom(1 / 1.6)), button('+', 'zoom in', () => zoom(1.6)), button('fit', 'show all of it', fit), facts);
  // The largest says most.
  queueMicrotask(() => set(pictures.reduce((best, { rows, columns }, i) => (rows * columns > pictures[best]!.rows * pictures[best]!.columns ? i : best), 0)));
  return {
    element: el('div', { class: 'mask' }, bar, canvas, readout),
    redraw: draw,
    show: (layer) => {
      const index = pictures.findIndex((picture) => picture.layer === layer);
      if (index >= 0) set(index);
      return index >= 0;
    },
  };
}
