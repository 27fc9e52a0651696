/** The tarballs that `pack.ts` made, with what `npm pack` says of each. */
import { readFileSync } from 'node:fs';

export const PACKS_FOLDER = 'reports/packs';

export const PACKS_INDEX = `${PACKS_FOLDER}/packs.json`;

export interface Pack {
  readonly name: string;
  readonly filename: string;
  /** Bytes of the tarball, gzipped. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

export function packs(): readonly Pack[] {
  const made = JSON.parse(readFileSync(PACKS_INDEX, 'utf8')) as readonly Pack[];
  if (made.length === 0) throw new Error(`${PACKS_INDEX} lists no package; run npm test -- build pack`);
  return made;
}
