import { HEADER_RULES, headerSubject } from '../rules/header-rules.js';
import { PREAMBLE_RULES } from '../rules/preamble-rules.js';
import { RECORD_RULES } from '../rules/record-rules.js';
import { enforce, type Judge } from '../rules/rule.js';
import { sectionRows, TABLE_RULES } from '../rules/section-rules.js';
import type * as wire from '../schema/bcr.pb.js';
import { fromWire } from './from-wire.js';
import { decodePreamble, placeSections, PREAMBLE_BYTES, requireLittleEndian } from './layout.js';
import type { ReadLimits } from './limits.js';
import type { ArrayPlace, ModelHeader } from './outline.js';
import type { DecodedHeader } from './walk-header.js';

/** A header that was judged good. */
export interface GoodHeader {
  readonly ok: true;
  /** The model, with places in the file where its arrays will be. */
  readonly header: ModelHeader;
  readonly fileBytes: number;
  /** Bytes of all arrays, without padding. */
  readonly weightBytes: number;
}

export type HeaderResult =
  | GoodHeader
  /** The first `needBytes` bytes of the file are needed. */
  | { readonly ok: false; readonly needBytes: number };

/** A good header and what is needed to put the arrays in. */
export interface ParsedHeader extends GoodHeader {
  readonly wire: wire.Header;
  readonly headerBytes: number;
  readonly places: readonly ArrayPlace[];
}

/** `size`: length of the file, where the caller knows it. */
export function parseHeader(prefix: Uint8Array, size: number | undefined, limits: Required<ReadLimits>, judge: Judge): ParsedHeader | Extract<HeaderResult, { ok: false }> {
  requireLittleEndian();
  enforce(PREAMBLE_RULES, { prefix, size, limits });
  if (prefix.length < PREAMBLE_BYTES) return { ok: false, needBytes: PREAMBLE_BYTES };
  const { headerBytes, headerCrc32, fileBytes } = decodePreamble(prefix);
  const needBytes = PREAMBLE_BYTES + headerBytes;
  if (prefix.length < needBytes) return { ok: false, needBytes };

  const bytes = prefix.subarray(PREAMBLE_BYTES, needBytes);
  const subject = headerSubject(bytes, headerCrc32, limits.headerMemory);
  enforce(HEADER_RULES, subject);
  const walked = subject.walked as DecodedHeader;
  enforce(RECORD_RULES, walked);
  const decoded = walked.header;
  const rows = sectionRows(decoded);
  enforce(TABLE_RULES, { rows, headerBytes, fileBytes });
  const { places } = placeSections(headerBytes, rows);
  const header = fromWire(decoded, (at) => places[at]!);
  judge.outline(header);
  const weightBytes = places.reduce((sum, place) => sum + place.byteLength, 0);
  return { ok: true, header, fileBytes, weightBytes, wire: decoded, headerBytes, places };
}
