import { describe, expect, it } from 'vitest';
import { checkQuery, DESIGN_ROWS, kindOf, planDesign, queryName } from '../src/index.js';

describe('planDesign', () => {
  const design = planDesign();
  const queries = design.groups.flat();

  it('draws 500 different layers that all are layers', () => {
    expect(queries.length).toBeGreaterThanOrEqual(500);
    expect(queries.length).toBeLessThan(520);
    expect(new Set(queries.map(queryName)).size).toBe(queries.length);
    for (const query of queries) expect(() => { checkQuery(query); }).not.toThrow();
  });

  it('gives each kind its share', () => {
    for (const { kind, share } of DESIGN_ROWS) {
      const found = queries.filter((query) => kindOf(query) === kind).length / queries.length;
      expect(Math.abs(found - share), kind).toBeLessThan(0.05);
    }
  });

  it('is pure and printable, and other seeds draw other layers', () => {
    expect(JSON.parse(JSON.stringify(planDesign()))).toEqual(design);
    const other = new Set(planDesign({ seed: 2 }).groups.flat().map(queryName));
    expect(queries.filter((query) => other.has(queryName(query))).length).toBeLessThan(queries.length / 10);
  });

  it('begins with the groups of a smaller design', () => {
    for (const points of [40, 150, 400]) {
      const { groups } = planDesign({ points });
      expect(groups.flat().length).toBeGreaterThanOrEqual(points);
      expect(groups).toEqual(design.groups.slice(0, groups.length));
    }
  });

  it('puts small layers in small company too, and tells each of its company', () => {
    const company = queries.map(({ besides }) => besides!);
    expect(company.filter((bytes) => bytes < 2 ** 19).length).toBeGreaterThan(60);
    expect(company.filter((bytes) => bytes > 2 ** 21).length).toBeGreaterThan(200);
  });
});
