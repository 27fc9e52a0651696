/** Something that was asked for, or the reason why there is none. */
export type Answer<T> = { readonly ok: true; readonly is: T } | { readonly ok: false; readonly reason: string };

export const no = (reason: string): Answer<never> => ({ ok: false, reason });
export const yes = <T>(is: T): Answer<T> => ({ ok: true, is });
