import { compareCodePoints } from '../container/code-points.js';
import { schemeName } from '../container/element.js';
import { ENCODINGS } from '../container/matrix-arrays.js';
import { sectionsNamed } from '../container/wire-arrays.js';
import type { SchemeKind } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import type * as wire from '../schema/bcr.pb.js';
import type { Rule } from './rule.js';

/** The fields that each scheme has, beside its kind. */
export const SCHEME_FIELDS: Readonly<Record<SchemeKind, readonly string[]>> = {
  dense: [],
  unstructured: ['rate'],
  filter: ['rate'],
  channel: ['rate'],
  pattern: ['rate', 'keep', 'patterns'],
  'block-punched': ['rate', 'blockFilters', 'blockChannels'],
  bcr: ['rate', 'blockRows', 'blockColumns', 'rowShare'],
};

/** A decoded header, before its records become those of the contract. */
export const RECORD_RULES: readonly Rule<wire.Header>[] = [
  { code: 'record.complete', check: incomplete },
  {
    code: 'tensor.duplicate',
    check: ({ tensors }) => {
      const seen = new Set<string>();
      for (const { name } of tensors) {
        if (seen.has(name)) return { tensor: name, expected: 'a new name', actual: 'one taken' };
        seen.add(name);
      }
      return undefined;
    },
  },
  {
    code: 'attribute.order',
    check: ({ layers }) => {
      for (const layer of layers) {
        for (let at = 1; at < layer.attributes.length; at++) {
          const [before, name] = [layer.attributes[at - 1]!.name, layer.attributes[at]!.name];
          if (compareCodePoints(before, name) >= 0) return { layer: layer.name, expected: `a name above ${before}`, actual: name };
        }
      }
      return undefined;
    },
  },
  {
    code: 'section.order',
    check: (header) => {
      let expected = 0;
      for (const section of sectionsNamed(header)) {
        if (section !== expected || section >= header.sections.length) return { expected: `section ${expected} of ${header.sections.length}`, actual: `section ${section}` };
        expected++;
      }
      return expected === header.sections.length ? undefined : { expected: `${expected} sections`, actual: `${header.sections.length}` };
    },
  },
];

function incomplete(header: wire.Header): ErrorDetails | undefined {
  if (!header.provenance) return { expected: 'a provenance', actual: 'none' };
  for (const row of [...header.inputs, ...header.outputs, ...header.values]) {
    if (row.element === 0) return { expected: 'an element type', actual: `value ${row.name} without` };
    if (row.shape?.dimensions.some((d) => d.size === null && d.symbol === null)) return { expected: 'a dimension', actual: `value ${row.name} with an empty one` };
  }
  for (const row of header.tensors) {
    const lacks = lackOfTensor(row.tensor);
    if (lacks !== undefined) return { tensor: row.name, expected: lacks, actual: 'none' };
  }
  for (const row of header.layers) {
    const lacks = lackOfLayer(row);
    if (lacks !== undefined) return { layer: row.name, expected: lacks, actual: 'none' };
  }
  for (const entry of header.plan?.entries ?? []) {
    const lacks = lackOfScheme(entry.scheme);
    if (lacks !== undefined) return { layer: entry.layer, expected: lacks, actual: 'another plan' };
  }
  const at = header.sections.findIndex((row) => row.element === 0);
  return at < 0 ? undefined : { expected: 'an element type', actual: `section ${at} without` };
}

function lackOfTensor(row: wire.Tensor | null | undefined): string | undefined {
  if (!row) return 'a tensor';
  if (row.element === 0) return 'an element type';
  if (!row.sparse) return row.denseSection === null ? 'dense or sparse elements' : undefined;
  if (!row.sparse.view) return 'a view';
  return row.sparse.matrices.every((matrix) => ENCODINGS.some((name) => matrix[name])) ? undefined : 'an encoding';
}

function lackOfLayer(row: wire.Layer): string | undefined {
  for (const a of row.attributes) {
    if (a.tensor) {
      const lacks = lackOfTensor(a.tensor);
      if (lacks !== undefined) return `${lacks} in attribute ${a.name}`;
    } else if ([a.int, a.float, a.string, a.ints, a.floats, a.strings].every((value) => value === null)) {
      return `a value of attribute ${a.name}`;
    }
  }
  if (row.activation?.kind === 0) return 'a kind of activation';
  return row.scheme ? lackOfScheme(row.scheme) : undefined;
}

function lackOfScheme(row: wire.Scheme | null | undefined): string | undefined {
  if (!row || row.kind === 0) return 'a kind of scheme';
  const kind = schemeName(row.kind);
  const fields = SCHEME_FIELDS[kind];
  const found = row as unknown as Readonly<Record<string, unknown>>;
  const wrong = ['rate', 'keep', 'patterns', 'blockFilters', 'blockChannels', 'blockRows', 'blockColumns', 'rowShare']
    .some((name) => fields.includes(name) !== (found[name] !== null));
  return wrong ? `of a ${kind} scheme the fields ${fields.join(', ') || '(none)'}` : undefined;
}
