/** Columns as wide as their widest cell; numbers to the right, text to the left. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)));
  const right = head.map((_, c) => rows.length > 0 && rows.every((row) => typeof row[c] === 'number' || /^[-\d.,%–?]*$/.test(String(row[c] ?? ''))));
  return cells
    .map((row) => row.map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join('  ').trimEnd())
    .join('\n') + '\n';
}

/** 1234567 → `1,234,567`. */
export const grouped = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** 0.1234 → `12.3 %`. */
export const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)}%`;

/** Names come from files: nothing that moves a cursor reaches the terminal, and a table stays a table. */
export const plain = (name: string, width = 48): string => {
  const shown = [...name].map((c) => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(c) ? '·' : c)).join('');
  return shown.length > width ? `${shown.slice(0, width - 1)}…` : shown;
};
