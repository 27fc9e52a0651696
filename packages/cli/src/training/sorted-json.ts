/** Keys sorted at every depth: the same record gives the same text, byte for byte. */
export const sortedJson = (value: unknown, indent?: number): string => JSON.stringify(value, (_, v: unknown) =>
  (typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v), indent);
