/** Whether the engine can be told to join vectors. */
export type Told = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export const joinVectors = (): Told => ({ ok: false, reason: 'a page cannot set flags of its engine' });
