import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { FUEL_EXPORT, meterFuel } from './fuelMeter.ts';

const section = (id: number, ...body: number[]): number[] => [id, body.length, ...body];

/** A module that imports `e.f`, has a global of 5, and exports `run(turns)`: a loop of so many turns, which then answers the global. */
function countdown(last = [0x23, 0], memory: number[] = []): Uint8Array<ArrayBuffer> {
  const body = [0, 0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, ...last, 0x0b];
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f),
    ...section(2, 1, 1, 0x65, 1, 0x66, 0, 0),
    ...section(3, 1, 1),
    ...memory,
    ...section(6, 1, 0x7f, 1, 0x41, 5, 0x0b),
    ...section(7, 1, 3, 0x72, 0x75, 0x6e, 0, 1),
    ...section(10, 1, body.length, ...body),
  ]);
}

/** The same with a mebibyte of memory. */
const withMemory = (last: number[]): Uint8Array<ArrayBuffer> => countdown(last, section(5, 1, 0, 16));

describe('fuelMeter', () => {
  it('burns one unit a turn and calls the host when there is none left', () => {
    const { bytes, meterImport } = meterFuel(countdown());
    expect(meterImport).toEqual({ module: 'e', name: 'f' });
    let calls = 0;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      e: {
        f: () => {
          calls += 1;
        },
      },
    });
    const fuel = instance.exports[FUEL_EXPORT] as WebAssembly.Global<'i32'>;
    const run = instance.exports['run'] as (turns: number) => number;
    fuel.value = 10;
    expect(run(10)).toBe(5);
    expect(fuel.value).toBe(0);
    expect(calls).toBe(0);
    run(3);
    expect(fuel.value).toBe(-3);
    expect(calls).toBe(3);
  });

  it('lets the host break off by throwing', () => {
    const { bytes } = meterFuel(countdown());
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      e: {
        f: () => {
          throw new RangeError('enough');
        },
      },
    });
    (instance.exports[FUEL_EXPORT] as WebAssembly.Global<'i32'>).value = 1000;
    expect(() => (instance.exports['run'] as (turns: number) => number)(2 ** 31 - 1)).toThrow('enough');
  });

  it('burns by the length of what is copied or filled at once', () => {
    // memory.fill(0, 0, turns * 1024), which the loop before it has counted down from; the memory stands between imports and functions.
    const { bytes } = meterFuel(
      withMemory([0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 0xc0, 0, 0xfc, 11, 0, 0x23, 0]),
    );
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { f: () => {} } });
    const fuel = instance.exports[FUEL_EXPORT] as WebAssembly.Global<'i32'>;
    fuel.value = 5000;
    expect((instance.exports['run'] as (turns: number) => number)(1)).toBe(5);
    expect(fuel.value).toBe(5000 - 1 - 1024);
  });

  it('understands the whole of QuickJS', () => {
    const file = readFileSync(
      createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm'),
    );
    const { bytes } = meterFuel(file);
    expect(() => new WebAssembly.Module(bytes)).not.toThrow();
    expect(bytes.length).toBeGreaterThan(file.length);
  });

  it('refuses what it does not know rather than guess', () => {
    expect(() => meterFuel(countdown([0xfd, 0]))).toThrow(/unknown opcode 0xfd/);
    expect(() => meterFuel(countdown([0xfc, 99]))).toThrow(/unknown opcode 0xfc 99/);
    expect(() => meterFuel(countdown().subarray(0, 30))).toThrow();
  });
});
