/**
 * Puts a meter into a WebAssembly module: every turn of every loop burns one unit of fuel, and so does every KiB that is
 * copied or filled at once. When the fuel is used up, a host function is called that either fills it up again or throws.
 *
 * Why: QuickJS asks its interrupt handler only between steps of the interpreter. `[].includes.call({ length: 2 ** 53 }, 1)` is one
 * step that takes for ever, and nothing in JavaScript can stop it. With the meter nothing inside the module runs for long without
 * a look at the clock, whatever built-in it is in.
 *
 * How: only code bodies grow. One mutable i32 global is appended (so no index moves) and exported; at the head of each loop stands
 * `fuel -= 1; if (fuel < 0) call f`, before each bulk operation `fuel -= length >> 10` (by way of one local more), where f is a function that the module imports anyway and that takes and gives nothing. Whoever makes the
 * instance wraps that import: with fuel below 0 the call is the meter's.
 *
 * NEVER pass over an opcode that is not known here: its length would be guessed, and what follows would be read as nonsense. An unknown
 * one throws.
 */

/** Name under which the fuel global is exported. */
export const FUEL_EXPORT = 'fuel';

export interface MeteredModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The import that is called when the fuel is used up. */
  readonly meterImport: { readonly module: string; readonly name: string };
}

/** Bytes of a bulk operation that count as one turn, as a power of 2: both take some 50 ns. */
const BLOCK_SHIFT = 10;

const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;
const I32 = 0x7f;

/** Adds the meter; throws for a module that it does not understand. */
export function meterFuel(bytes: Uint8Array): MeteredModule {
  const reader = new Reader(bytes, 8);
  const sections: { id: number; from: number; to: number }[] = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const size = reader.u32();
    sections.push({ id, from: reader.at, to: reader.at + size });
    reader.at += size;
  }
  const section = (id: number): { from: number; to: number } => {
    const found = sections.find((each) => each.id === id);
    if (found === undefined) throw new Error(`fuelMeter.ts: the module has no section ${id}`);
    return found;
  };
  const meter = findMeterImport(bytes, section(SECTION.type).from, section(SECTION.import).from);
  const globals = new Reader(bytes, section(SECTION.global).from);
  const fuel = meter.importedGlobals + globals.u32();

  const parameters = parametersOf(bytes, section(SECTION.type).from, section(SECTION.function).from);
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (const { id, from, to } of sections) {
    let body: Uint8Array = bytes.subarray(from, to);
    if (id === SECTION.global) body = appended(bytes, from, to, [I32, 1, 0x41, 0, 0x0b]);
    else if (id === SECTION.export) body = appended(bytes, from, to, [...name(FUEL_EXPORT), 3, ...u32(fuel)]);
    else if (id === SECTION.code)
      body = meteredCode(bytes, from, { fuel, meterFunction: meter.index, parameters });
    parts.push(Uint8Array.of(id, ...u32(body.length)), body);
  }
  return { bytes: joined(parts), meterImport: { module: meter.module, name: meter.name } };
}

function findMeterImport(
  bytes: Uint8Array,
  types: number,
  imports: number,
): { index: number; module: string; name: string; importedGlobals: number } {
  const type = new Reader(bytes, types);
  let plain = -1;
  const count = type.u32();
  for (let k = 0; k < count; k++) {
    if (type.byte() !== 0x60) throw new Error('fuelMeter.ts: a type that is no function');
    const params = type.u32();
    type.at += params;
    const results = type.u32();
    type.at += results;
    if (params === 0 && results === 0) plain = k;
  }
  const reader = new Reader(bytes, imports);
  let index = 0;
  let importedGlobals = 0;
  let found: { index: number; module: string; name: string } | null = null;
  for (let left = reader.u32(); left > 0; left--) {
    const module = reader.text();
    const field = reader.text();
    const kind = reader.byte();
    if (kind === 0) {
      if (reader.u32() === plain) found ??= { index, module, name: field };
      index += 1;
    } else if (kind === 2) reader.limits();
    else if (kind === 3) {
      reader.at += 2;
      importedGlobals += 1;
    } else if (kind === 1) {
      reader.at += 1;
      reader.limits();
    } else throw new Error(`fuelMeter.ts: an import of kind ${kind}`);
  }
  if (found === null)
    throw new Error('fuelMeter.ts: the module imports no function without arguments and result');
  return { ...found, importedGlobals };
}

/** A vector section with one entry more. */
function appended(bytes: Uint8Array, from: number, to: number, entry: readonly number[]): Uint8Array {
  const reader = new Reader(bytes, from);
  const count = reader.u32();
  return joined([Uint8Array.from(u32(count + 1)), bytes.subarray(reader.at, to), Uint8Array.from(entry)]);
}

/** Number of parameters of each function that has a body, in order. */
function parametersOf(bytes: Uint8Array, types: number, functions: number): readonly number[] {
  const type = new Reader(bytes, types);
  const counts: number[] = [];
  for (let left = type.u32(); left > 0; left--) {
    type.byte();
    const count = type.u32();
    counts.push(count);
    type.at += count;
    const results = type.u32();
    type.at += results;
  }
  const reader = new Reader(bytes, functions);
  return Array.from({ length: reader.u32() }, () => counts[reader.u32()]!);
}

interface Meter {
  readonly fuel: number;
  readonly meterFunction: number;
  readonly parameters: readonly number[];
}

function meteredCode(bytes: Uint8Array, from: number, meter: Meter): Uint8Array {
  const global = u32(meter.fuel);
  const turn = Uint8Array.from([
    0x23,
    ...global,
    0x41,
    1,
    0x6b,
    0x24,
    ...global, // fuel -= 1
    0x23,
    ...global,
    0x41,
    0,
    0x48, // fuel < 0
    0x04,
    0x40,
    0x10,
    ...u32(meter.meterFunction),
    0x0b, // if … call … end
  ]);
  const reader = new Reader(bytes, from);
  const count = reader.u32();
  const parts: Uint8Array[] = [Uint8Array.from(u32(count))];
  for (let k = 0; k < count; k++) {
    const size = reader.u32();
    const body = meteredBody(bytes, reader.at, reader.at + size, turn, global, meter.parameters[k]!);
    parts.push(Uint8Array.from(u32(body.length)), body);
    reader.at += size;
  }
  return joined(parts);
}

function meteredBody(
  bytes: Uint8Array,
  from: number,
  to: number,
  turn: Uint8Array,
  global: readonly number[],
  parameters: number,
): Uint8Array {
  const reader = new Reader(bytes, from);
  const groups = reader.u32();
  const groupsFrom = reader.at;
  let locals = parameters;
  for (let left = groups; left > 0; left--) {
    locals += reader.u32();
    reader.byte();
  }
  const codeFrom = reader.at;
  const length = u32(locals);
  const bulk = Uint8Array.from([
    0x22,
    ...length, // length stays on the stack, and in the new local
    0x23,
    ...global,
    0x20,
    ...length,
    0x41,
    BLOCK_SHIFT,
    0x76,
    0x6b,
    0x24,
    ...global, // fuel -= length >>> shift
  ]);
  const parts: Uint8Array[] = [];
  let copied = codeFrom;
  let bulky = false;
  while (reader.at < to) {
    const at = reader.at;
    const kind = reader.instruction();
    if (kind === 'plain') continue;
    const place = kind === 'loop' ? reader.at : at;
    parts.push(bytes.subarray(copied, place), kind === 'loop' ? turn : bulk);
    copied = place;
    bulky ||= kind === 'bulk';
  }
  parts.push(bytes.subarray(copied, to));
  const head = bulky
    ? [Uint8Array.from(u32(groups + 1)), bytes.subarray(groupsFrom, codeFrom), Uint8Array.of(1, I32)]
    : [bytes.subarray(from, codeFrom)];
  return joined([...head, ...parts]);
}

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error('fuelMeter.ts: the module is cut short');
    return byte;
  }

  u32(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return result >>> 0;
    }
  }

  /** Any LEB128 number, only to pass over it. */
  leb(): void {
    while ((this.byte() & 0x80) !== 0);
  }

  text(): string {
    const length = this.u32();
    const text = String.fromCharCode(...this.#bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  limits(): void {
    const flags = this.byte();
    this.u32();
    if ((flags & 1) !== 0) this.u32();
  }

  #blockType(): void {
    const first = this.#bytes[this.at]!;
    if (first === 0x40 || (first >= 0x6f && first <= 0x7f)) this.at += 1;
    else this.leb();
  }

  #times(count: number): void {
    for (let k = 0; k < count; k++) this.leb();
  }

  /** Passes over one instruction; `loop`: it begins one. */
  instruction(): 'plain' | 'loop' | 'bulk' {
    const op = this.byte();
    if (op === 0x03) {
      this.#blockType();
      return 'loop';
    }
    if (op === 0x02 || op === 0x04) this.#blockType();
    else if (op === 0x0c || op === 0x0d || op === 0x10 || (op >= 0x20 && op <= 0x26)) this.leb();
    else if (op === 0x0e) {
      const count = this.u32();
      this.#times(count + 1);
    } else if (op === 0x11) this.#times(2);
    else if (op >= 0x28 && op <= 0x3e) this.#times(2);
    else if (op === 0x3f || op === 0x40) this.at += 1;
    else if (op === 0x41 || op === 0x42) this.leb();
    else if (op === 0x43) this.at += 4;
    else if (op === 0x44) this.at += 8;
    else if (op === 0x1c) {
      const count = this.u32();
      this.at += count;
    } else if (op === 0xfc) return this.#extended();
    else if (!isPlain(op)) throw new Error(`fuelMeter.ts: unknown opcode 0x${op.toString(16)}`);
    return 'plain';
  }

  /** Saturating conversions, and bulk operations on memory; those on tables are not for C. */
  #extended(): 'plain' | 'bulk' {
    const op = this.u32();
    if (op <= 7) return 'plain';
    if (op === 10) this.at += 2;
    else if (op === 11) this.at += 1;
    else throw new Error(`fuelMeter.ts: unknown opcode 0xfc ${op}`);
    return 'bulk';
  }
}

/** Opcodes without anything behind them. */
function isPlain(op: number): boolean {
  return (
    op === 0x00 ||
    op === 0x01 ||
    op === 0x05 ||
    op === 0x0b ||
    op === 0x0f ||
    op === 0x1a ||
    op === 0x1b ||
    (op >= 0x45 && op <= 0xc4)
  );
}

function u32(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) {
      bytes.push(rest);
      return bytes;
    }
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function name(text: string): number[] {
  return [...u32(text.length), ...Array.from(text, (char) => char.charCodeAt(0))];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
