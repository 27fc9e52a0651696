import { compareCodePoints } from '../container/code-points.js';
import { SCHEME_FIELDS, schemeName } from '../container/element.js';
import type { DecodedHeader } from '../container/walk-header.js';
import { sectionsNamed } from '../container/wire-arrays.js';
import type { ErrorDetails } from '../error.js';
import type * as wire from '../schema/bcr.pb.js';
import { firstTwice } from './names.js';
import type { Rule } from './rule.js';

/** A decoded header, before its records become those of the contract. */
export const RECORD_RULES: readonly Rule<DecodedHeader>[] = [
  { code: 'record.complete', check: ({ header, lack }) => lack ?? wrongScheme(header) },
  {
    code: 'tensor.duplicate',
    check: ({ header: { tensors } }) => {
      const twice = firstTwice(tensors.map(({ name }) => name));
      return twice === undefined ? undefined : { tensor: twice, expected: 'a new name', actual: 'one taken' };
    },
  },
  {
    code: 'attribute.order',
    check: ({ header: { layers } }) => {
      for (const layer of layers) {
        for (let at = 1; at < layer.attributes.length; at++) {
          const before = layer.attributes[at - 1]!.name;
          const name = layer.attributes[at]!.name;
          if (compareCodePoints(before, name) >= 0) return { layer: layer.name, expected: `a name above ${before}`, actual: name };
        }
      }
      return undefined;
    },
  },
  {
    code: 'section.order',
    check: ({ header }) => {
      let expected = 0;
      for (const section of sectionsNamed(header)) {
        if (section !== expected || section >= header.sections.length) return { expected: `section ${expected} of ${header.sections.length}`, actual: `section ${section}` };
        expected++;
      }
      return expected === header.sections.length ? undefined : { expected: `${expected} sections`, actual: `${header.sections.length}` };
    },
  },
];

/** Records hold the fields that were in the file, in the order of their numbers; what they lack they inherit. */
function wrongScheme({ layers, plan }: wire.Header): ErrorDetails | undefined {
  for (const { name, scheme } of [...layers, ...(plan?.entries ?? []).map(({ layer, scheme }) => ({ name: layer, scheme }))]) {
    if (!scheme) continue;
    const kind = schemeName(scheme.kind);
    const expected = ['kind', ...SCHEME_FIELDS[kind]].join(', ');
    const actual = Object.keys(scheme).join(', ');
    if (actual !== expected) return { layer: name, expected: `of a ${kind} scheme ${expected}`, actual };
  }
  return undefined;
}
