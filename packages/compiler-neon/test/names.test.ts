import { cFloat, cString, inComment } from '@fretwork/compiler';
import { random } from '@fretwork/conformance';
import type { Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { compile } from './compiled.js';
import { mixed } from './networks.js';

/** What could break out of a comment, a string, a line or a directive. */
const PIECES = ['*/', '/*', '//', '"', '\\', '\\\n', '\n#include <evil.h>\n', '??/', '???', '%s%n', '\0', '\r', '\u2028', '\u202e', 'é', '😀', ' ', ';', '}', '{', 'system("x")', '\'', '`', '${x}', '/', '*', 'a', '0', '-1', '"; int evil(void); //'];

const renamed = (model: Model, name: (old: string) => string): Model => ({
  ...model,
  name: name(model.name),
  inputs: model.inputs.map((value) => ({ ...value, name: name(value.name) })),
  outputs: model.outputs.map((value) => ({ ...value, name: name(value.name) })),
  layers: model.layers.map((layer) => ({ ...layer, name: name(layer.name), inputs: layer.inputs.map(name), outputs: layer.outputs.map(name) })),
  tensors: new Map([...model.tensors].map(([old, tensor]) => [name(old), tensor])),
});

/** C without what is in comments and between quotes. */
function bare(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith('/*', i)) {
      i = text.indexOf('*/', i + 2) + 1;
      out += ' ';
    } else if (text.startsWith('//', i)) {
      throw new Error('a line comment, which nothing here writes');
    } else if (text[i] === '"') {
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
      out += '""';
    } else out += text[i];
  }
  return out;
}

const code = (model: Model): string[] => [...compile(model).files].filter(([name]) => /\.[ch]$/.test(name)).map(([name, text]) => `${name}\n${bare(text as string)}`);

describe('names of a model', () => {
  const plain = code(mixed());

  it.each(Array.from({ length: 12 }, (_, i) => 1000 + i))('change nothing but comments and strings, seed %i', (seed) => {
    const draw = random(seed);
    const names = new Map<string, string>();
    const hostile = (old: string): string => {
      if (old === '') return '';
      const known = names.get(old);
      if (known !== undefined) return known;
      const made = `${Array.from({ length: draw.integer(1, 6) }, () => draw.pick(PIECES)).join('')}${names.size}`;
      names.set(old, made);
      return made;
    };
    expect(code(renamed(mixed(), hostile)), `seed ${seed}: ${JSON.stringify([...names.values()])}`).toEqual(plain);
  });

  it('are plain ASCII wherever they stand', () => {
    for (const [name, text] of compile(renamed(mixed(), (old) => (old === '' ? '' : `é\u202e${old}\n*/`))).files) {
      if (/\.[ch]$/.test(name)) expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });
});

describe('text of C', () => {
  it('says strings byte by byte', () => {
    expect(cString('a"\\?\né1')).toBe('"a\\042\\134\\077\\012\\303\\2511"');
  });

  it('never ends a comment', () => {
    for (const text of ['*/', '**//', '/**/', '*//*', '??/', 'x\\']) {
      const said = inComment(text);
      expect(said).not.toMatch(/\*\/|\/\*|\?\?|\\$/);
    }
  });

  it('says the nearest float', () => {
    for (const [x, text] of [[1, '1.0f'], [0.1, '0.1f'], [-0, '-0.0f'], [Infinity, 'INFINITY'], [-Infinity, '(-INFINITY)'], [NaN, 'NAN'], [1e-45, '1.4013e-45f'], [3.4028234e38, '3.4028235e+38f']] as const) {
      expect(cFloat(x)).toBe(text);
      if (Number.isFinite(x)) expect(Math.fround(Number(text.slice(0, -1)))).toBe(Math.fround(x));
    }
  });
});
