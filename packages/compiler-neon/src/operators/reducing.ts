/** Layers that make one number of many. */
import { joined, OK, product, reducedAxes, refuse, rowMajor, type Call } from '@fretwork/compiler';
import { attribute } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { element, nest } from '../text/loops.js';
import { loops, type OperatorRow } from './row.js';

interface Reduction {
  readonly start: string;
  readonly step: (v: string, x: string) => string;
  readonly finish: (v: string, count: number) => string;
}

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceSum: { start: '0.0f', step: (v, x) => `${v} += ${x}`, finish: (v) => v },
  ReduceMean: { start: '0.0f', step: (v, x) => `${v} += ${x}`, finish: (v, n) => `${v} / ${n}.0f` },
  ReduceMax: { start: '(-INFINITY)', step: (v, x) => `if (!(${x} <= ${v}) && !isnan(${v})) ${v} = ${x}`, finish: (v) => v },
  ReduceMin: { start: 'INFINITY', step: (v, x) => `if (!(${x} >= ${v}) && !isnan(${v})) ${v} = ${x}`, finish: (v) => v },
  ReduceL1: { start: '0.0f', step: (v, x) => `${v} += fabsf(${x})`, finish: (v) => v },
  ReduceL2: { start: '0.0f', step: (v, x) => `${v} += ${x} * ${x}`, finish: (v) => `sqrtf(${v})` },
  ReduceSumSquare: { start: '0.0f', step: (v, x) => `${v} += ${x} * ${x}`, finish: (v) => v },
};

function emitReduce(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const gone = new Set(reducedAxes(call));
  const own = rowMajor(shape);
  const of = (kept: boolean): { sizes: number[]; strides: number[] } => {
    const dims = shape.map((_, d) => d).filter((d) => gone.has(d) !== kept);
    return { sizes: dims.map((d) => shape[d]!), strides: dims.map((d) => own[d]!) };
  };
  const [kept, reduced] = [of(true), of(false)];
  const { start, step, finish } = REDUCTIONS[call.layer.operator]!;
  const outer = joined(kept.sizes, [{ pointer: 'y0', strides: rowMajor(kept.sizes) }, { pointer: code.input(0), strides: kept.strides }]);
  const inner = joined(reduced.sizes, [{ pointer: 'x', strides: reduced.strides }]);
  const depth = outer.sizes.length;
  const names = inner.sizes.map((_, d) => `i${depth + d}`);
  const loopsAround = nest(inner.sizes, [`${step('v', 'a')};`], depth);
  const value = element(inner.walks[0]!, names);
  const steps = loopsAround.map((line) => line.replace(/\ba\b/g, value));
  code.add(...nest(outer.sizes.length === 0 ? [1] : outer.sizes, [
    `const float *x = &${element(outer.walks[1]!)};`, `float v = ${start};`, ...steps, `${element(outer.walks[0]!)} = ${finish('v', product(reduced.sizes))};`,
  ]));
  code.activate();
}

function emitSoftmax(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const axis = attribute(call.layer, 'axis', 'int', -1);
  const at = axis < 0 ? axis + shape.length : axis;
  const [outer, count, inner] = [product(shape.slice(0, at)), shape[at]!, product(shape.slice(at + 1))];
  code.add(`${code.kernel('softmax')}(y0, ${code.input(0)}, ${outer}, ${count}, ${inner}, ${call.layer.operator === 'LogSoftmax' ? 1 : 0});`);
  code.activate();
}

export const REDUCING: readonly OperatorRow[] = [
  loops(Object.keys(REDUCTIONS), (call, _, code) => emitReduce(call, code), (call) => (!call.has(1) || call.numbers(1) !== undefined ? OK
    : refuse('its axes are computed', 'make them constants'))),
  loops(['Softmax', 'LogSoftmax'], (call, _, code) => emitSoftmax(call, code)),
];
