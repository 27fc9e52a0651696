import { FretworkError, quote } from '@fretwork/format';
import type { ExternalData } from '../contract.js';
import type { onnx } from '../schema/onnx.pb.js';

/** What an `external_data` entry may say. Anything else is refused: it would be for another reader than this one. */
const KEYS = ['location', 'offset', 'length', 'checksum'];

/**
 * The `bytes` bytes of a tensor in another file. Offset and length are checked before the file is asked for.
 * Throws `onnx.external-refused` (no resolver given), `onnx.external-key`, `onnx.external-location`, `onnx.external-range`.
 */
export function fromExternal(proto: onnx.TensorProto, tensor: string, bytes: number, resolve: ExternalData | undefined): Uint8Array {
  const entries = new Map<string, string>();
  for (const { key, value } of proto.externalData) {
    if (!KEYS.includes(key) || entries.has(key)) {
      throw new FretworkError('onnx.external-key', 'the place of external data has a key that is unknown or there twice', {
        tensor, expected: KEYS.join(', '), actual: quote(key),
      });
    }
    entries.set(key, value);
  }
  const location = entries.get('location') ?? '';
  checkLocation(location, tensor);
  const offset = integer(entries.get('offset') ?? '0', 'offset', tensor);
  const length = integer(entries.get('length') ?? `${bytes}`, 'length', tensor);
  if (length !== bytes) {
    throw new FretworkError('onnx.external-range', 'external data has another length than the tensor', {
      tensor, expected: `${bytes} bytes`, actual: `${length}`,
    });
  }
  if (resolve === undefined) {
    throw new FretworkError('onnx.external-refused', `the weights are in another file, ${quote(location)}`, {
      tensor, hint: 'allow it (importModel: externalData, fretwork: --external-data), or save the model as one file',
    });
  }
  const found = resolve(location, offset, length);
  if (found.length !== length) {
    throw new FretworkError('onnx.external-range', `external data ${quote(location)} was not given whole`, {
      tensor, expected: `${length} bytes`, actual: `${found.length}`,
    });
  }
  return found;
}

/** Only plain relative paths with `/`: no `..`, no drive, no backslash, no control character. */
function checkLocation(location: string, tensor: string): void {
  const parts = location.split('/');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (location !== '' && !/[\\:\u0000-\u001f]/.test(location) && parts.every((part) => part !== '' && part !== '..' && part !== '.')) return;
  throw new FretworkError('onnx.external-location', 'external data may stand only in the folder of the model', {
    tensor, expected: 'a relative path without ..', actual: quote(location), hint: 'do not open this file unless you know where it comes from',
  });
}

function integer(text: string, what: string, tensor: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new FretworkError('onnx.external-range', `the ${what} of external data is no whole number`, { tensor, actual: quote(text) });
}
