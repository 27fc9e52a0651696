import type { Model } from '../contract.js';
import { checkModel } from '../rules/check-model.js';
import { Header } from '../schema/bcr.pb.js';
import { crc32 } from './crc32.js';
import { elementName } from './element.js';
import { encodePreamble, placeSections, PREAMBLE_BYTES, requireLittleEndian, VERSION, type SectionRow } from './layout.js';
import { toWire, type WireModel } from './to-wire.js';

/**
 * The `.bcr` file of `model`, in a new buffer. The same model gives the same bytes: tensors and layers keep their order,
 * attributes are sorted by name. Throws the first broken rule, as `checkModel` does, so that what was written can be read;
 * `host.big-endian`.
 */
export function writeModel(model: Model): Uint8Array {
  requireLittleEndian();
  checkModel(model);
  return assemble(toWire(model));
}

/** Puts header and sections together without judging them. */
export function assemble({ header, sections }: WireModel): Uint8Array {
  const rows = header.sections.map((row) => ({ dtype: elementName(row.element), length: Number(row.length), crc32: row.crc32 }));
  return layOut(Header.encode(header).finish(), rows, sections);
}

/** The file of an encoded header and its sections: preamble, padding, checksum of the header. */
export function layOut(header: Uint8Array, rows: readonly SectionRow[], sections: readonly Uint8Array[]): Uint8Array {
  const { places, fileBytes } = placeSections(header.length, rows);
  const file = new Uint8Array(fileBytes);
  file.set(encodePreamble({ version: VERSION, headerBytes: header.length, headerCrc32: crc32(header), fileBytes }));
  file.set(header, PREAMBLE_BYTES);
  places.forEach((place, at) => file.set(sections[at]!, place.offset));
  return file;
}
