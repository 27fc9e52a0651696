/**
 * Makes the code of `src/schema/bcr.proto`: `bcr.pb.js` (the encoder, protobuf.js, static), the types `bcr.pb.d.ts`, and `fields.ts`,
 * the table by which a header is scanned and decoded. `npm run generate -w @fretwork/format`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';
import pbjs from 'protobufjs-cli/pbjs.js';

const schema: URL = new URL('../src/schema/', import.meta.url);
const proto: URL = new URL('bcr.proto', schema);
const notice = '// Made from bcr.proto by tools/generate.ts. Not to be edited.\n';

/** 64-bit integers are safe integers by a rule. */
const NUMBERS: ReadonlySet<string> = new Set(['uint32', 'uint64', 'sint64', 'double', 'fixed32']);

/** Path of each generated file and what belongs in it. */
export async function generated(): Promise<ReadonlyMap<URL, string>> {
  const root = protobuf.parse(readFileSync(proto, 'utf8'), { keepCase: false }).root.resolveAll();
  const types = root.nestedArray.flatMap((entry) => (entry instanceof protobuf.Type ? [entry] : []));
  return new Map([
    [new URL('bcr.pb.js', schema), await codec()],
    [new URL('bcr.pb.d.ts', schema), declarations(types)],
    [new URL('fields.ts', schema), fieldTable(types)],
  ]);
}

async function codec(): Promise<string> {
  const code = await promisify<string[], string | undefined>(pbjs.main)([
    '-t', 'static-module', '-w', 'esm', '--es6', '--dependency', 'protobufjs/minimal.js',
    '--no-decode', '--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-comments', '--no-service',
    proto.pathname,
  ]);
  // protobuf.js would keep the classes in a registry that all its users share; two versions of this package must not meet there.
  const shared = 'const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});';
  if (code === undefined || !code.includes(shared)) throw new Error('pbjs writes another module than tools/generate.ts knows');
  return notice + code.replace(shared, 'const $root = {};').replace(/\n{3,}/g, '\n\n');
}

function declarations(types: readonly protobuf.Type[]): string {
  const message = (type: protobuf.Type): string => [
    `export interface ${type.name} {`,
    ...type.fieldsArray.map((field) => `  ${field.name}${absent(field) ? '?' : ''}: ${fieldType(field)}${absent(field) ? ' | null' : ''};`),
    '}',
    `export const ${type.name}: Codec<${type.name}>;`,
    '',
  ].join('\n');
  return `${notice}
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
}

${types.map(message).join('\n')}`;
}

const absent = (field: protobuf.Field): boolean =>
  !field.repeated && (field.partOf !== null || field.resolvedType instanceof protobuf.Type);

function fieldType(field: protobuf.Field): string {
  const one = field.resolvedType instanceof protobuf.Enum || NUMBERS.has(field.type) ? 'number'
    : field.type === 'bool' ? 'boolean' : field.type;
  return field.repeated ? `readonly ${one}[]` : one;
}

function fieldTable(types: readonly protobuf.Type[]): string {
  const word = (field: protobuf.Field): string => {
    const mark = field.repeated ? '*' : field.partOf?.isProto3Optional ? '?' : field.partOf === null ? '' : `/${field.partOf.name}`;
    return `${field.name}:${fieldKind(field)}${mark}`;
  };
  const line = (type: protobuf.Type): string => {
    if (type.fieldsArray.some((field, i) => field.id !== i + 1)) throw new Error(`the fields of ${type.name} are not numbered 1, 2, 3 …`);
    return `  ${type.name}: '${type.fieldsArray.map(word).join(' ')}',`;
  };
  return `${notice}
export type MessageName =
${types.map((type) => `  | '${type.name}'`).join('\n')};

/** The fields of each message in the order of their numbers, as \`messageOf\` reads them. */
export const FIELDS: Readonly<Record<MessageName, string>> = {
${types.map(line).join('\n')}
};
`;
}

/** The largest value of an enum follows its kind. */
const fieldKind = (field: protobuf.Field): string =>
  field.resolvedType instanceof protobuf.Type ? field.resolvedType.name
    : field.resolvedType instanceof protobuf.Enum ? `enum${Math.max(...Object.values(field.resolvedType.values))}` : field.type;

if (import.meta.main) {
  for (const [file, text] of await generated()) writeFileSync(file, text);
}
