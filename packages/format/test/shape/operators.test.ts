import { describe, expect, it } from 'vitest';
import { OPERATOR_SHAPES } from '../../src/shape/operators.js';
import { inferCase } from './case.js';
import { CASES } from './cases.js';

describe('inferShapes, operator by operator', () => {
  for (const [i, c] of CASES.entries()) {
    it(`${i} ${c.operator}${c.says === undefined ? '' : `: ${c.says}`}`, () => {
      const { values, problems, unknownLayers } = inferCase(c);
      const outputs = [...values].filter(([name]) => name.startsWith('y')).map(([, value]) => value);
      const contradicted = typeof c.gives === 'string';
      expect({
        problems: problems.map((p) => p.code),
        unknown: unknownLayers.length,
        shapes: outputs.map((value) => value.shape ?? null),
        dtypes: c.dtypes && outputs.slice(0, c.dtypes.length).map((value) => value.dtype),
        elements: c.elements && outputs[0]?.elements,
      }).toEqual({
        problems: contradicted ? [c.gives] : [],
        unknown: 0,
        shapes: contradicted ? outputs.map(() => null) : c.gives,
        dtypes: c.dtypes,
        elements: c.elements,
      });
    });
  }

  it('has a case for every row of the table, and a row once', () => {
    const rows = OPERATOR_SHAPES.map((row) => row.operator);
    expect(new Set(rows).size).toBe(rows.length);
    const tested = new Set(CASES.map((c) => c.operator));
    expect(rows.filter((operator) => !tested.has(operator))).toEqual([]);
  });
});
