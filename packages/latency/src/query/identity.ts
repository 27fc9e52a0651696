import { FretworkError, type Scheme } from '@fretwork/format';
import type { LayerQuery } from '../contract.js';

/** Parts in the order of the records, so that equal queries have equal names whatever order their fields came in. */
const schemeParts = (scheme: Scheme): readonly (string | number)[] => {
  switch (scheme.kind) {
    case 'dense': return ['dense'];
    case 'unstructured': case 'filter': case 'channel': return [scheme.kind, scheme.rate];
    case 'pattern': return ['pattern', scheme.rate, scheme.keep, scheme.patterns];
    case 'block-punched': return ['block-punched', scheme.rate, scheme.blockFilters, scheme.blockChannels];
    case 'bcr': return ['bcr', scheme.rate, scheme.blockRows, scheme.blockColumns, scheme.rowShare];
  }
};

/** A name that two queries share exactly where they ask the same; also the seed of what is drawn for it. */
export function queryName(query: LayerQuery): string {
  const parts = (): readonly unknown[] => {
    switch (query.layer) {
      case 'convolution': return [query.inputs, query.outputs, query.groups, ...query.kernel, ...query.stride, ...query.size, query.batch, query.residual, query.margin ?? 0];
      case 'full': return [query.inputs, query.outputs, query.vectors];
      case 'recurrent': return [query.cell, query.inputs, query.hidden, query.steps, query.batch, query.directions, query.resetAfter];
      case 'glue': return [query.operator, query.reads, query.writes, query.window, query.width ?? ''];
    }
  };
  const pruned = query.layer === 'glue' ? [] : [...schemeParts(query.scheme), query.density ?? ''];
  return [query.layer, ...parts(), ...pruned, query.besides ?? ''].join(' ');
}

/** `mbv2`-like short text for tables: `3x3 64-128@28`. */
export function queryText(query: LayerQuery): string {
  switch (query.layer) {
    case 'convolution': {
      const { inputs, outputs, groups, kernel, stride, size, batch, residual } = query;
      const grouped = groups === 1 ? '' : groups === inputs ? ' depthwise' : ` groups ${groups}`;
      const strided = stride.every((step) => step === 1) ? '' : ` stride ${stride[0] === stride[1] ? stride[0] : stride.join('x')}`;
      const map = size[0] === size[1] ? `${size[0]}` : size.join('x');
      return `${kernel.join('x')} ${inputs}-${outputs}@${map}${grouped}${strided}${batch === 1 ? '' : ` batch ${batch}`}${residual ? ' + residual' : ''}`;
    }
    case 'full': return `full ${query.inputs}-${query.outputs}${query.vectors === 1 ? '' : ` x ${query.vectors}`}`;
    case 'recurrent': return `${query.cell} ${query.inputs}-${query.hidden} x ${query.steps}${query.batch === 1 ? '' : ` batch ${query.batch}`}${query.directions === 1 ? '' : ' both ways'}`;
    case 'glue': return `${query.operator} ${query.reads}-${query.writes}`;
  }
}

const isSize = (value: number): boolean => Number.isInteger(value) && value > 0 && value <= 2 ** 31;

/** What a query must have to describe a layer. Throws `latency.query`. */
export function checkQuery(query: LayerQuery): void {
  const wrong = wrongOf(query);
  if (wrong !== undefined) throw new FretworkError('latency.query', 'this describes no layer', { actual: wrong, hint: 'sizes are positive whole numbers, rates at least 1, shares from 0 to 1' });
}

/** What is wrong with it; undefined where nothing is. */
export function wrongOf(query: LayerQuery): string | undefined {
  const sizes = sizesOf(query);
  const size = sizes.find(([, value]) => !isSize(value));
  if (size !== undefined) return `${size[0]} ${size[1]}`;
  if (query.layer === 'convolution' && query.margin !== undefined && !(Number.isInteger(query.margin) && query.margin >= 0)) return `margin ${query.margin}`;
  if (query.layer === 'convolution' && (query.inputs % query.groups !== 0 || query.outputs % query.groups !== 0)) return `${query.groups} groups of ${query.inputs}-${query.outputs} channels`;
  if (query.besides !== undefined && !(query.besides >= 0)) return `besides ${query.besides}`;
  if (query.layer === 'glue') return undefined;
  if (query.density !== undefined && !(query.density >= 0 && query.density <= 1)) return `density ${query.density}`;
  const number = schemeParts(query.scheme).slice(1).find((part) => !(typeof part === 'number' && part >= 0 && Number.isFinite(part)));
  if (number !== undefined) return `${query.scheme.kind} with ${number}`;
  return query.scheme.kind !== 'dense' && query.scheme.rate < 1 ? `rate ${query.scheme.rate}` : undefined;
}

function sizesOf(query: LayerQuery): readonly (readonly [name: string, value: number])[] {
  switch (query.layer) {
    case 'convolution': return [
      ['inputs', query.inputs], ['outputs', query.outputs], ['groups', query.groups], ['kernel', query.kernel[0]], ['kernel', query.kernel[1]],
      ['stride', query.stride[0]], ['stride', query.stride[1]], ['size', query.size[0]], ['size', query.size[1]], ['batch', query.batch],
    ];
    case 'full': return [['inputs', query.inputs], ['outputs', query.outputs], ['vectors', query.vectors]];
    case 'recurrent': return [['inputs', query.inputs], ['hidden', query.hidden], ['steps', query.steps], ['batch', query.batch], ['directions', query.directions]];
    case 'glue': return [['reads', query.reads], ['writes', query.writes], ['window', query.window], ['width', query.width ?? 1]];
  }
}
