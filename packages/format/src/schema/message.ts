import { FIELDS, type MessageName } from './fields.js';

/** How a field stands on the wire, and what bounds its value. */
export type FieldKind = 'message' | 'string' | 'uint32' | 'uint64' | 'sint64' | 'bool' | 'enum' | 'double' | 'fixed32';

export interface FieldRow {
  readonly name: string;
  readonly kind: FieldKind;
  /** Of a message field: what it holds. */
  readonly message: MessageName | undefined;
  /** Of an enum: its largest value. Values have no gaps. */
  readonly largest: number;
  readonly repeated: boolean;
  /** Left out is not the same as its default. */
  readonly optional: boolean;
  /** A header without it is not complete. */
  readonly needed: boolean;
  /** One field of a oneof must be there, and only one. */
  readonly oneof: string | undefined;
}

export interface Message {
  /** A record without fields: what it lacks it inherits from here. */
  readonly defaults: Record<string, unknown>;
  /** By number; 0 is none. */
  readonly fields: readonly (FieldRow | undefined)[];
}

const MESSAGES = new Map<MessageName, Message>();

/** The fields of a message, read from the table when they are first asked for. */
export function messageOf(name: MessageName): Message {
  const known = MESSAGES.get(name);
  if (known !== undefined) return known;
  const rows = FIELDS[name].split(' ').map(fieldOf);
  const message = { defaults: Object.fromEntries(rows.map((row) => [row.name, defaultOf(row)])), fields: [undefined, ...rows] };
  MESSAGES.set(name, message);
  return message;
}

/** `name:kind`, then `*` where repeated, `?` where optional, `/oneof`; the kind is a message, or an enum with its largest value. Enums and records without a mark are needed. */
function fieldOf(word: string): FieldRow {
  const [, name, type, mark, oneof] = /^(\w+):(\w+)([*?]?)\/?(.*)$/.exec(word)!;
  const message = Object.hasOwn(FIELDS, type!) ? type as MessageName : undefined;
  const [, largest] = /^enum(.+)/.exec(type!) ?? [];
  return {
    name: name!, kind: message !== undefined ? 'message' : largest !== undefined ? 'enum' : type as FieldKind, message, largest: Number(largest),
    repeated: mark === '*', optional: mark === '?', needed: mark === '' && (message ?? largest) !== undefined, oneof: oneof === '' ? undefined : oneof,
  };
}

function defaultOf(row: FieldRow): unknown {
  if (row.repeated) return Object.freeze([]);
  if (row.message !== undefined || row.oneof !== undefined || row.optional) return null;
  return row.kind === 'string' ? '' : row.kind === 'bool' ? false : 0;
}
