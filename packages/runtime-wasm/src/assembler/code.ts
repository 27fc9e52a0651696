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
export class Code {
  readonly #parameters: number;
  readonly #locals: ValueType[] = [];
  readonly #scratch: Readonly<Record<ValueType, Local[]>> = { i32: [], v128: [] };
  readonly #constants = new Map<number, Local>();
  #bytes: Uint8Array = new Uint8Array(512);
  #size = 0;
  readonly #fused: boolean;

  /** So many parameters, all i32. `fused`: `madd` is one rounding-free-to-choose instruction (relaxed SIMD) instead of a product and a sum. */
  constructor(parameters: number, fused: boolean) {
    this.#parameters = parameters;
    this.#fused = fused;
  }

  local(type: ValueType): Local {
    return this.#parameters + this.#locals.push(type) - 1 as Local;
  }

  locals(type: ValueType, count: number): readonly Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** Locals that hold nothing from one use to the next: the same ones every time. */
  scratch(type: ValueType, count: number): readonly Local[] {
    const kept = this.#scratch[type];
    while (kept.length < count) kept.push(this.local(type));
    return kept.slice(0, count);
  }

  get(local: Local): this { return this.#byte(0x20).#unsigned(local); }
  set(local: Local): this { return this.#byte(0x21).#unsigned(local); }
  tee(local: Local): this { return this.#byte(0x22).#unsigned(local); }

  i32(value: number): this { return this.#emit(0x41, ...signed(value | 0)); }
  add(): this { return this.#byte(0x6a); }
  sub(): this { return this.#byte(0x6b); }
  and(): this { return this.#byte(0x71); }
  or(): this { return this.#byte(0x72); }
  shiftLeft(): this { return this.#byte(0x74); }
  shiftRight(): this { return this.#byte(0x76); }
  multiply(): this { return this.#byte(0x6c); }
  /** Unsigned; traps where the divisor is zero. */
  divide(): this { return this.#byte(0x6e); }
  isZero(): this { return this.#byte(0x45); }
  equal(): this { return this.#byte(0x46); }
  below(): this { return this.#byte(0x49); }
  /** a, b, condition → a if it is not zero, else b */
  select(): this { return this.#byte(0x1b); }
  atLeast(): this { return this.#byte(0x4f); }
  /** local += step */
  advance(local: Local, step: number): this { return this.get(local).i32(step).add().set(local); }

  /** Address → i32. */
  load(offset = 0): this { return this.#emit(0x28, 2).#unsigned(offset); }
  /** Address → two bytes, unsigned. */
  loadHalf(offset = 0): this { return this.#emit(0x2f, 1).#unsigned(offset); }
  /** Address, i32 → . */
  store(offset = 0): this { return this.#emit(0x36, 2).#unsigned(offset); }
  /** Address → four floats. */
  loadVector(offset = 0): this { return this.#simd(0x00, 2).#unsigned(offset); }
  /** Address → one float in all four lanes. */
  loadSplat(offset = 0): this { return this.#simd(0x09, 2).#unsigned(offset); }
  /** Address → one float in lane 0, zeros in the others. */
  loadAlone(offset = 0): this { return this.#simd(0x5c, 2).#unsigned(offset); }
  /** Puts the float at the address that `address` pushes into lane `lane` of `vector`. */
  vectorFrom(vector: Local, lane: number, address: () => void): this {
    address();
    return this.get(vector).#simd(0x56, 2, 0, lane).set(vector);
  }
  /** Address, vector → . */
  storeVector(offset = 0): this { return this.#simd(0x0b, 2).#unsigned(offset); }
  /** Address, vector → ; stores one lane. */
  storeLane(lane: number, offset = 0): this { return this.#simd(0x5a, 2).#unsigned(offset).#emit(lane); }

  vectorZero(): this { return this.#simd(0x0c, ...new Array<number>(16).fill(0)); }
  /** The same float in all four lanes: a local that holds it from the start. Engines would put it together anew wherever it stands in a loop. */
  floats(value: number): this {
    const local = this.#constants.get(value) ?? this.local('v128');
    this.#constants.set(value, local);
    return this.get(local);
  }
  vectorAdd(): this { return this.#simd(0xe4); }
  vectorSub(): this { return this.#simd(0xe5); }
  vectorMultiply(): this { return this.#simd(0xe6); }
  vectorDivide(): this { return this.#simd(0xe7); }
  /** Four integers each: a + b, and a shifted by the i32 b. */
  lanesAdd(): this { return this.#simd(0xae); }
  lanesShiftLeft(): this { return this.#simd(0xab); }
  /** a, b → all bits of a lane where a < b, none elsewhere */
  lanesBelow(): this { return this.#simd(0x43); }
  /** a, b, bits → a where a bit is set, b elsewhere */
  lanesChoose(): this { return this.#simd(0x52); }
  /** A NaN in either stays. */
  vectorMaximum(): this { return this.#simd(0xe9); }
  /** a, b → b < a ? b : a; a NaN in `a` stays. */
  vectorLeast(): this { return this.#simd(0xea); }
  /** a, b → a < b ? b : a; a NaN in `a` stays. */
  vectorMost(): this { return this.#simd(0xeb); }
  /** vector, vector → lanes picked by `lanes` out of 0..3 (first) and 4..7 (second). */
  shuffle(lanes: readonly [number, number, number, number]): this {
    return this.#simd(0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
  }

  /** sum = a·b + sum */
  madd(a: () => void, b: () => void, sum: Local): this {
    if (this.#fused) {
      a();
      b();
      return this.get(sum).#simd(0x105).set(sum);
    }
    this.get(sum);
    a();
    b();
    return this.vectorMultiply().vectorAdd().set(sum);
  }

  block(body: () => void): this { return this.#nest(0x02, body); }
  loop(body: () => void): this { return this.#nest(0x03, body); }
  /** Condition → ; runs one of the two. */
  when(then: () => void, otherwise?: () => void): this {
    this.#emit(0x04, 0x40);
    then();
    if (otherwise !== undefined) {
      this.#byte(0x05);
      otherwise();
    }
    return this.#byte(0x0b);
  }
  /** Leaves `depth` + 1 blocks, or starts that loop again. */
  branch(depth: number): this { return this.#byte(0x0c).#unsigned(depth); }
  /** Condition → ; the same, if it is not zero. */
  branchIf(depth: number): this { return this.#byte(0x0d).#unsigned(depth); }
  call(index: number): this { return this.#byte(0x10).#unsigned(index); }
  /** Arguments, place in the module's table → ; calls the function there, whose parameters are those of `type`. */
  callAt(type: number): this { return this.#byte(0x11).#unsigned(type).#emit(0); }

  /** The function as its entry of the code section. */
  finish(): Uint8Array {
    const locals = [...unsigned(this.#locals.length), ...this.#locals.flatMap((type) => [1, TYPE_CODE[type]])];
    const constants = [...this.#constants].flatMap(([value, local]) =>
      [0xfd, 0x0c, ...new Uint8Array(Float32Array.of(value, value, value, value).buffer), 0x21, ...unsigned(local)]);
    return joined([unsigned(locals.length + constants.length + this.#size + 1), locals, constants, this.#bytes.subarray(0, this.#size), [0x0b]]);
  }

  #nest(opcode: number, body: () => void): this {
    this.#emit(opcode, 0x40);
    body();
    return this.#byte(0x0b);
  }

  #simd(opcode: number, ...rest: readonly number[]): this { return this.#byte(0xfd).#unsigned(opcode).#emit(...rest); }

  #unsigned(value: number): this {
    while (value > 0x7f) {
      this.#byte((value & 0x7f) | 0x80);
      value >>>= 7;
    }
    return this.#byte(value);
  }

  #emit(...bytes: readonly number[]): this {
    for (let i = 0; i < bytes.length; i++) this.#byte(bytes[i]!);
    return this;
  }

  #byte(byte: number): this {
    if (this.#size === this.#bytes.length) this.#bytes = joined([this.#bytes, new Uint8Array(this.#bytes.length)]);
    this.#bytes[this.#size++] = byte;
    return this;
  }
}
