import { DatasetError, shown } from '../error.js';

/** A sound file taken apart. */
export interface Wav {
  /** Samples per second of each channel. */
  readonly sampleRate: number;
  /** One array per channel, all of the same length; whole-number samples are divided by 2^(bits-1), so full scale is [-1, 1). */
  readonly channels: readonly Float32Array[];
}

/** One row per sample encoding: format tag, bits, and how one sample at byte `at` becomes a number. */
const ENCODINGS: readonly { readonly tag: number; readonly bits: number; readonly sample: (view: DataView, at: number) => number }[] = [
  // 8-bit samples are the only unsigned ones: silence is 128.
  { tag: 1, bits: 8, sample: (view, at) => (view.getUint8(at) - 128) / 2 ** 7 },
  { tag: 1, bits: 16, sample: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  { tag: 1, bits: 24, sample: (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 2 ** 23 },
  { tag: 1, bits: 32, sample: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  { tag: 3, bits: 32, sample: (view, at) => view.getFloat32(at, true) },
];

/** Tag of WAVE_FORMAT_EXTENSIBLE: the true tag begins the GUID at the end of the chunk. */
const EXTENSIBLE = 0xfffe;
/** Bytes 2..15 of the GUIDs that stand for a plain tag. */
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const MOST_CHANNELS = 64;

interface Format {
  readonly channels: number;
  readonly sampleRate: number;
  readonly encoding: (typeof ENCODINGS)[number];
}

/**
 * The samples of a RIFF/WAVE file: PCM of 8, 16, 24 or 32 bits or float32, any number of channels up to 64, plain or
 * WAVE_FORMAT_EXTENSIBLE. Chunks other than `fmt ` and `data` are passed over. Returns fresh arrays. Throws `wav.magic`,
 * `wav.chunk` (a chunk that leaves the file, is missing or comes twice), `wav.format` (an encoding that is not read, or
 * fields that contradict each other), `wav.size`. Source: Microsoft/IBM Multimedia Programming Interface 1.0, RIFF WAVE.
 */
export function readWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || fourCc(bytes, 0) !== 'RIFF' || fourCc(bytes, 8) !== 'WAVE') {
    throw new DatasetError('wav.magic', { offset: 0, expected: '"RIFF", a size, "WAVE"', actual: shown(String.fromCharCode(...bytes.subarray(0, 12))) });
  }
  const riffEnd = 8 + view.getUint32(4, true);
  if (riffEnd > bytes.length) {
    throw new DatasetError('wav.size', { offset: 4, expected: `${riffEnd} bytes`, actual: `${bytes.length}`, hint: 'the file is cut off: fetch or record it again' });
  }
  let format: Format | undefined;
  let data: readonly [start: number, length: number] | undefined;
  for (let at = 12; at + 8 <= riffEnd;) {
    const id = fourCc(bytes, at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (start + length > riffEnd) {
      throw new DatasetError('wav.chunk', { offset: at + 4, expected: `at most ${riffEnd - start} bytes in chunk ${shown(id)}`, actual: `${length}` });
    }
    if ((id === 'fmt ' && format !== undefined) || (id === 'data' && data !== undefined)) {
      throw new DatasetError('wav.chunk', { offset: at, expected: `one chunk ${shown(id)}`, actual: 'two' });
    }
    if (id === 'fmt ') format = parseFormat(bytes, view, start, length);
    if (id === 'data') data = [start, length];
    // Chunks begin at even bytes; the pad byte is not part of the length.
    at = start + length + (length & 1);
  }
  if (format === undefined || data === undefined) {
    throw new DatasetError('wav.chunk', { expected: 'the chunks "fmt " and "data"', actual: format === undefined ? 'no "fmt "' : 'no "data"' });
  }
  return { sampleRate: format.sampleRate, channels: decode(view, format, data) };
}

function parseFormat(bytes: Uint8Array, view: DataView, at: number, length: number): Format {
  if (length < 16) throw new DatasetError('wav.format', { offset: at, expected: '16 bytes or more', actual: `${length}` });
  const bits = view.getUint16(at + 14, true);
  let tag = view.getUint16(at, true);
  if (tag === EXTENSIBLE) {
    if (length < 40 || GUID_TAIL.some((byte, i) => bytes[at + 26 + i] !== byte)) {
      throw new DatasetError('wav.format', { offset: at, expected: 'an extensible format that names a plain one', actual: `${length} bytes of another` });
    }
    tag = view.getUint16(at + 24, true);
  }
  const encoding = ENCODINGS.find((row) => row.tag === tag && row.bits === bits);
  if (encoding === undefined) {
    throw new DatasetError('wav.format', {
      offset: at, expected: 'PCM of 8, 16, 24 or 32 bits, or float32', actual: `format ${tag} of ${bits} bits`,
      hint: 'convert the file to 16-bit PCM',
    });
  }
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const frame = view.getUint16(at + 12, true);
  if (channels < 1 || channels > MOST_CHANNELS || sampleRate < 1 || frame !== channels * (bits / 8)) {
    throw new DatasetError('wav.format', {
      offset: at + 2, expected: `1 to ${MOST_CHANNELS} channels, a sample rate, and frames of channels x ${bits / 8} bytes`,
      actual: `${channels} channels, ${sampleRate} Hz, frames of ${frame} bytes`,
    });
  }
  return { channels, sampleRate, encoding };
}

function decode(view: DataView, { channels, encoding }: Format, [start, length]: readonly [number, number]): readonly Float32Array[] {
  const step = encoding.bits / 8;
  const frames = length / (step * channels);
  if (!Number.isInteger(frames)) {
    throw new DatasetError('wav.size', { offset: start, expected: `a multiple of ${step * channels} bytes`, actual: `${length}` });
  }
  return Array.from({ length: channels }, (_, channel) => {
    const out = new Float32Array(frames);
    for (let i = 0; i < frames; i++) out[i] = encoding.sample(view, start + (i * channels + channel) * step);
    return out;
  });
}

const fourCc = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** The mean of all channels; the very array where there is one. */
export function mono({ channels }: Wav): Float32Array {
  if (channels.length === 1) return channels[0]!;
  return channels[0]!.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length);
}

/** `samples`, cut or padded with silence at the end to `length`; always a fresh array. */
export function fitLength(samples: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(samples.subarray(0, length));
  return out;
}
