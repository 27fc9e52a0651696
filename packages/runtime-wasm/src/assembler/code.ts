import { joined, signed, unsigned } from './bytes.js';

export type ValueType = 'i32' | 'v128';

/** The number of a parameter or local variable of the function being written. */
export type Local = number & { readonly isLocal: true };

export const TYPE_CODE: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };

/**
 * Writes the body of one function, instruction by instruction, in the order of the stack machine: `code.get(a).get(b)
 * .add().set(c)` is c = a + b. Only what the kernels use; opcodes are those of the core specification 2.0 and of the
 * relaxed SIMD proposal. Whether the body is valid is for the engine to say: tests run every function.
 */
export interface Code {
  readonly local: (type: ValueType) => Local;
  readonly locals: (type: ValueType, count: number) => readonly Local[];
  /** Locals that hold nothing from one use to the next: the same ones every time. */
  readonly scratch: (type: ValueType, count: number) => readonly Local[];
  readonly get: (local: Local) => Code;
  readonly set: (local: Local) => Code;
  readonly tee: (local: Local) => Code;

  readonly i32: (value: number) => Code;
  readonly add: () => Code;
  readonly sub: () => Code;
  readonly and: () => Code;
  readonly or: () => Code;
  readonly shiftLeft: () => Code;
  readonly shiftRight: () => Code;
  readonly multiply: () => Code;
  /** Unsigned; traps where the divisor is zero. */
  readonly divide: () => Code;
  readonly isZero: () => Code;
  readonly equal: () => Code;
  readonly below: () => Code;
  readonly atLeast: () => Code;
  /** a, b, condition → a if it is not zero, else b */
  readonly select: () => Code;
  /** local += step */
  readonly advance: (local: Local, step: number) => Code;

  /** Address → i32. */
  readonly load: (offset?: number) => Code;
  /** Address → two bytes, unsigned. */
  readonly loadHalf: (offset?: number) => Code;
  /** Address, i32 → . */
  readonly store: (offset?: number) => Code;
  /** Address → four floats. */
  readonly loadVector: (offset?: number) => Code;
  /** Address → one float in all four lanes. */
  readonly loadSplat: (offset?: number) => Code;
  /** Address → one float in lane 0, zeros in the others. */
  readonly loadAlone: (offset?: number) => Code;
  /** Puts the float at the address that `address` pushes into lane `lane` of `vector`. */
  readonly vectorFrom: (vector: Local, lane: number, address: () => void) => Code;
  /** Address, vector → . */
  readonly storeVector: (offset?: number) => Code;
  /** Address, vector → ; stores one lane. */
  readonly storeLane: (lane: number) => Code;

  readonly vectorZero: () => Code;
  /** The same float in all four lanes: a local that holds it from the start. Engines would put it together anew wherever it stands in a loop. */
  readonly floats: (value: number) => Code;
  readonly vectorAdd: () => Code;
  readonly vectorSub: () => Code;
  readonly vectorMultiply: () => Code;
  readonly vectorDivide: () => Code;
  /** Four integers each: a + b, and a shifted by the i32 b. */
  readonly lanesAdd: () => Code;
  readonly lanesShiftLeft: () => Code;
  /** a, b → all bits of a lane where a < b, none elsewhere */
  readonly lanesBelow: () => Code;
  /** a, b, bits → a where a bit is set, b elsewhere */
  readonly lanesChoose: () => Code;
  /** A NaN in either stays. */
  readonly vectorMaximum: () => Code;
  /** a, b → b < a ? b : a; a NaN in `a` stays. */
  readonly vectorLeast: () => Code;
  /** a, b → a < b ? b : a; a NaN in `a` stays. */
  readonly vectorMost: () => Code;
  /** vector, vector → lanes picked by `lanes` out of 0..3 (first) and 4..7 (second). */
  readonly shuffle: (lanes: readonly [number, number, number, number]) => Code;
  /** sum = a·b + sum */
  readonly madd: (a: () => void, b: () => void, sum: Local) => Code;

  readonly block: (body: () => void) => Code;
  readonly loop: (body: () => void) => Code;
  /** Condition → ; runs one of the two. */
  readonly when: (then: () => void, otherwise?: () => void) => Code;
  /** Leaves `depth` + 1 blocks, or starts that loop again. */
  readonly branch: (depth: number) => Code;
  /** Condition → ; the same, if it is not zero. */
  readonly branchIf: (depth: number) => Code;
  readonly call: (index: number) => Code;
  /** Arguments, place in the module's table → ; calls the function there, whose parameters are those of `type`. */
  readonly callAt: (type: number) => Code;
  /** The function as its entry of the code section. */
  readonly finish: () => Uint8Array;
}

/** For a function of so many parameters, all i32. `fused`: `madd` is one rounding-free-to-choose instruction (relaxed SIMD) instead of a product and a sum. */
export function codeWriter(parameters: number, fused: boolean): Code {
  const types: ValueType[] = [];
  const kept: Readonly<Record<ValueType, Local[]>> = { i32: [], v128: [] };
  const constants = new Map<number, Local>();
  let bytes: Uint8Array = new Uint8Array(512);
  let size = 0;

  const emit = (...more: readonly number[]): Code => {
    for (let i = 0; i < more.length; i++) {
      if (size === bytes.length) bytes = joined([bytes, new Uint8Array(size)]);
      bytes[size++] = more[i]!;
    }
    return code;
  };
  /** An opcode and, behind it, a number. */
  const numbered = (value: number, ...opcode: readonly number[]): Code => {
    emit(...opcode);
    for (; value > 0x7f; value >>>= 7) emit((value & 0x7f) | 0x80);
    return emit(value);
  };
  const nest = (opcode: number, body: () => void): Code => {
    emit(opcode, 0x40);
    body();
    return emit(0x0b);
  };
  const code: Code = {
    local: (type) => parameters + types.push(type) - 1 as Local,
    locals: (type, count) => Array.from({ length: count }, () => code.local(type)),
    scratch: (type, count) => {
      const own = kept[type];
      while (own.length < count) own.push(code.local(type));
      return own.slice(0, count);
    },
    get: (local) => numbered(local, 0x20),
    set: (local) => numbered(local, 0x21),
    tee: (local) => numbered(local, 0x22),

    i32: (value) => emit(0x41, ...signed(value | 0)),
    add: () => emit(0x6a),
    sub: () => emit(0x6b),
    and: () => emit(0x71),
    or: () => emit(0x72),
    shiftLeft: () => emit(0x74),
    shiftRight: () => emit(0x76),
    multiply: () => emit(0x6c),
    divide: () => emit(0x6e),
    isZero: () => emit(0x45),
    equal: () => emit(0x46),
    below: () => emit(0x49),
    atLeast: () => emit(0x4f),
    select: () => emit(0x1b),
    advance: (local, step) => code.get(local).i32(step).add().set(local),

    load: (offset = 0) => numbered(offset, 0x28, 2),
    loadHalf: (offset = 0) => numbered(offset, 0x2f, 1),
    store: (offset = 0) => numbered(offset, 0x36, 2),
    loadVector: (offset = 0) => numbered(offset, 0xfd, 0x00, 2),
    loadSplat: (offset = 0) => numbered(offset, 0xfd, 0x09, 2),
    loadAlone: (offset = 0) => numbered(offset, 0xfd, 0x5c, 2),
    vectorFrom: (vector, lane, address) => {
      address();
      code.get(vector);
      return emit(0xfd, 0x56, 2, 0, lane).set(vector);
    },
    storeVector: (offset = 0) => numbered(offset, 0xfd, 0x0b, 2),
    storeLane: (lane) => emit(0xfd, 0x5a, 2, 0, lane),

    vectorZero: () => emit(0xfd, 0x0c, ...new Array<number>(16).fill(0)),
    floats: (value) => {
      const local = constants.get(value) ?? code.local('v128');
      constants.set(value, local);
      return code.get(local);
    },
    vectorAdd: () => numbered(0xe4, 0xfd),
    vectorSub: () => numbered(0xe5, 0xfd),
    vectorMultiply: () => numbered(0xe6, 0xfd),
    vectorDivide: () => numbered(0xe7, 0xfd),
    lanesAdd: () => numbered(0xae, 0xfd),
    lanesShiftLeft: () => numbered(0xab, 0xfd),
    lanesBelow: () => emit(0xfd, 0x43),
    lanesChoose: () => emit(0xfd, 0x52),
    vectorMaximum: () => numbered(0xe9, 0xfd),
    vectorLeast: () => numbered(0xea, 0xfd),
    vectorMost: () => numbered(0xeb, 0xfd),
    shuffle: (lanes) => emit(0xfd, 0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))),
    madd: (a, b, sum) => {
      if (!fused) code.get(sum);
      a();
      b();
      if (!fused) return code.vectorMultiply().vectorAdd().set(sum);
      code.get(sum);
      return numbered(0x105, 0xfd).set(sum);
    },

    block: (body) => nest(0x02, body),
    loop: (body) => nest(0x03, body),
    when: (then, otherwise) => nest(0x04, () => {
      then();
      if (otherwise === undefined) return;
      emit(0x05);
      otherwise();
    }),
    branch: (depth) => numbered(depth, 0x0c),
    branchIf: (depth) => numbered(depth, 0x0d),
    call: (index) => numbered(index, 0x10),
    callAt: (type) => {
      numbered(type, 0x11);
      return emit(0);
    },

    finish: () => {
      const locals = [...unsigned(types.length), ...types.flatMap((type) => [1, TYPE_CODE[type]])];
      const values = [...constants].flatMap(([value, local]) => [0xfd, 0x0c, ...new Uint8Array(Float32Array.of(value, value, value, value).buffer), 0x21, ...unsigned(local)]);
      return joined([unsigned(locals.length + values.length + size + 1), locals, values, bytes.subarray(0, size), [0x0b]]);
    },
  };
  return code;
}
