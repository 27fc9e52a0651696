import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FretworkError, parseModel, printModel, TextError, type Tensor } from '@fretwork/format';
import { LINES } from '../../src/text/lines.js';
import { READ } from '../../src/text/read-lines.js';
import { sample } from './sample.js';

const HEAD = 'fretwork 1\nmodel m\n';
const LAYER = `${HEAD}layer a = Op() -> b\n`;
const CSR = `${HEAD}tensor t f32 [2, 2] sparse 1 of 2x2 row-major kernel 1\n  matrix csr 2x2 kept 1\n`;

/** Each text breaks one thing, where the mark § stands. */
const BROKEN: readonly (readonly [code: string, text: string])[] = [
  ['text.version', '§model m\n'],
  ['text.version', 'fretwork §2\n'],
  ['text.version', '§'],
  ['text.missing', 'fretwork 1\n§'],
  ['text.keyword', `${HEAD}§lair a = Op() -> b\n`],
  ['text.keyword', `${HEAD}§"layer" a = Op() -> b\n`],
  ['text.keyword', `${LAYER}  scheme §bcrr rate 4\n`],
  ['text.keyword', `${LAYER}  scheme bcr block 4x4 rate 4 §rate 5\n`],
  ['text.keyword', `${LAYER}  activation §leaky\n`],
  ['text.keyword', `${CSR}data t 0 §columns u16 = ()\n`],
  ['text.keyword', `${CSR}data t 0 column §i16 = ()\n`],
  ['text.keyword', `${HEAD}tensor t f32 [2] sparse 1 of 1x2 row-major kernel 2\nmatrix pattern 1x2 kernel 2 bits §5 kept 0\n`],
  ['text.expected', `${HEAD}layer a §Op() -> b\n`],
  ['text.expected', `${HEAD}layer a = Op() §b\n`],
  ['text.expected', `${HEAD}layer a = Op(x §y) -> b\n`],
  ['text.expected', `${HEAD}layer a = Op(x,\n§`],
  ['text.expected', `${HEAD}layer a = Op() -> b §c\n`],
  ['text.expected', `${LAYER}  scheme bcr block 4x4 rate 4§\n`],
  ['text.expected', `${LAYER}  scheme dense §rate 4\n`],
  ['text.expected', `${HEAD}value v f32 §x\n`],
  ['text.expected', `${HEAD}value v §"f32"\n`],
  ['text.expected', `${HEAD}tensor t f32 [1] = §1\n`],
  ['text.number', `${LAYER}  int axis = §1.5\n`],
  ['text.number', `${LAYER}  int axis = §9007199254740993\n`],
  ['text.number', `${LAYER}  float alpha = §one\n`],
  ['text.number', `${LAYER}  float alpha = §1e999\n`],
  ['text.number', `${LAYER}  scheme bcr block §4 rate 4 rows 0.5\n`],
  ['text.number', `${HEAD}tensor t i8 [1] = [§200]\n`],
  ['text.number', `${HEAD}tensor t u64 [1] = [§-1]\n`],
  ['text.number', `${HEAD}tensor t f16 [1] = [§1e6]\n`],
  ['text.number', `${HEAD}tensor t f32 [1] = [§1e39]\n`],
  ['text.number', `${HEAD}tensor t f32 [1] = [§0x123456789]\n`],
  ['text.name', `${HEAD}value §a*b f32\n`],
  ['text.name', `${HEAD}layer a = Op( §-> b\n`],
  ['text.dtype', `${HEAD}value v §float32\n`],
  ['text.string', `${HEAD}doc §"no end\n`],
  ['text.string', `${HEAD}doc §"no end`],
  ['text.string', `${HEAD}doc §"no end\\`],
  ['text.string', `${HEAD}doc §"\\x"\n`],
  ['text.nested', `${HEAD}value v f32 [§[1]]\n`],
  ['text.place', `${HEAD}§scheme dense\n`],
  ['text.place', `${HEAD}tensor t f32 [0] = []\n§matrix csr 2x2 kept 1\n`],
  ['text.place', `${LAYER}plan target t mapper m\n§scheme dense\n`],
  ['text.duplicate', `${HEAD}§model n\n`],
  ['text.duplicate', `${LAYER}  scheme dense\n  §scheme dense\n`],
  ['text.duplicate', `${LAYER}  int x = 1\n  §float x = 1\n`],
  ['text.duplicate', `${HEAD}tensor t f32 [0] = []\n§tensor t f32 [0] = []\n`],
  ['text.duplicate', `${HEAD}tensor t f32 [0] = []\n§data t f32 = ()\n`],
  ['text.duplicate', `${CSR}data t 0 column u16 = ()\n§data t 0 column u16 = ()\n`],
  ['text.duplicate', `${HEAD}recipe\n§recipe\n`],
  ['text.data', `${HEAD}tensor t i8 [2] = §[1]\n`],
  ['text.data', `${HEAD}tensor t i8 [2] = §(AQID)\n`],
  ['text.data', `${HEAD}tensor t i8 [1] = §(A*)\n`],
  ['text.data', `${HEAD}tensor t i8 [1] = §(A)\n`],
  ['text.data', `${HEAD}tensor t i8 [1] = §(AB)\n`],
  ['text.data', `${HEAD}tensor t f32 [1] = §(AQID)\n`],
  ['text.data', `${HEAD}tensor t i8 [-1] = §[1]\n`],
  ['text.data', `${HEAD}tensor t i8 [9007199254740991, 9007199254740991] = §[1]\n`],
  ['text.data', `${HEAD}§data t f32 = ()\n`],
  ['text.data', `${CSR}data t §1 column u16 = ()\n`],
  ['text.data', `${CSR}data t 0 payload f32 = §()\n`],
  ['text.no-data', `${HEAD}§tensor t f32 [20]\n`],
  ['text.no-data', `${HEAD}§tensor t f32 [2, 2] sparse 1 of 2x2 row-major kernel 1\n matrix csr 2x2 kept 1\ndata t 0 column u16 = ()\n`],
];

/** Line and column of the mark. */
function placeOf(marked: string): string {
  const before = marked.slice(0, marked.indexOf('§')).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

function errorOf(text: string, options?: Parameters<typeof parseModel>[1]): FretworkError {
  try {
    parseModel(text, options);
  } catch (error) {
    if (error instanceof FretworkError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what parseModel says of a broken text', () => {
  for (const [code, marked] of BROKEN) {
    it(`${code}: ${JSON.stringify(marked.slice(-60))}`, () => {
      const place = placeOf(marked);
      const error = errorOf(marked.replace('§', '')) as TextError;
      expect(error).toBeInstanceOf(TextError);
      expect(`${error.code} ${error.line}:${error.column}`).toBe(`${code} ${place}`);
      expect(error.message.startsWith(`${place}: `)).toBe(true);
      expect(error.details.expected ?? '').not.toBe('');
      expect(error.details.actual ?? '').not.toBe('');
      expect(error.details.hint ?? '').not.toBe('');
    });
  }

  it('text.too-long before anything is read', () => {
    expect(errorOf(`${HEAD}\u0000`, { limits: { textLength: 10 } })).toMatchObject({ code: 'text.too-long', line: 1, details: { actual: '20' } });
  });

  it('text.mismatch where a given tensor is another one', () => {
    const model = sample();
    const text = printModel(model, { weights: 'omit' });
    const swapped = new Map<string, Tensor>([...model.tensors, ['fc.weight', model.tensors.get('conv1.weight')!]]);
    expect(errorOf(text, { tensors: swapped }).code).toBe('text.mismatch');
    expect(errorOf(text.replace('kept 16', 'kept 17'), { tensors: model.tensors }).code).toBe('text.mismatch');
    expect(errorOf(text).code).toBe('text.no-data');
  });

  it('the code of the rule where the text is well-formed and the model is not', () => {
    expect(errorOf(`${HEAD}layer a = Relu(x) -> b\n`).code).toBe('graph.undefined');
  });

  it('has a case for every code', () => {
    const folder = new URL('../../src/text/', import.meta.url);
    const codes = new Set(readdirSync(folder).flatMap((file) => readFileSync(new URL(file, folder), 'utf8').match(/'text\.[a-z-]+'/g) ?? []).map((c) => c.slice(1, -1)));
    expect([...new Set([...BROKEN.map(([code]) => code), 'text.too-long', 'text.mismatch'])].sort()).toEqual([...codes].sort());
  });

  it('reads every line of the table, and each form begins with its keyword', () => {
    expect(LINES.map((line) => line.keyword).sort()).toEqual(Object.keys(READ).sort());
    expect(LINES.filter((line) => line.form.split(' ')[0] !== line.keyword)).toEqual([]);
  });

  it('is calm with cut and mixed texts', () => {
    const text = printModel(sample());
    for (let end = 0; end < text.length; end += 3) {
      for (const cut of [text.slice(0, end), text.slice(0, end) + text.slice(end + 7), `${text.slice(0, end)}[${text.slice(end)}`]) {
        let thrown: unknown;
        try {
          parseModel(cut);
        } catch (error) {
          thrown = error;
        }
        expect(thrown === undefined || thrown instanceof FretworkError, `${String(thrown)} of ${JSON.stringify(cut)}`).toBe(true);
      }
    }
  });
});
