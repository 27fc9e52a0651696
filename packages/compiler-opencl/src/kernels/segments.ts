/** How every kernel goes over the segments of a group: `at` is their program, and which rows a segment has is a case of a switch. */

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Rows of a mask, of the first `rows`. */
export const rowsOf = (mask: number, rows: number): number[] => range(rows).filter((r) => ((mask >>> r) & 1) === 1);

/** A case per mask. `rows`: how many a group has. */
export const casesOf = (rows: number, masks: readonly number[], body: (rows: readonly number[]) => string): string[] =>
  masks.map((mask) => `      case ${mask}: ${body(rowsOf(mask, rows))}`);

export const eachSegment = (rows: number, cases: readonly string[]): string[] => [
  '  for (int segments = *at++; segments > 0; segments--) {',
  `    const int head = *at++, columns = head >> ${rows};`,
  `    switch (head & ${2 ** rows - 1}) {`,
  ...cases,
  '    }',
  '    at += columns;',
  '  }',
];
