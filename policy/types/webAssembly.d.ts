/**
 * WebAssembly's JavaScript interface, as far as it is used here and by quickjs-emscripten.
 *
 * TypeScript declares it only together with the whole of the DOM, which a server does not have.
 * Shapes after https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  interface ValueTypes {
    i32: number;
    i64: bigint;
    f32: number;
    f64: number;
    externref: unknown;
  }

  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  /** Sizes in pages of 64 KiB. */
  class Memory {
    constructor(sizes: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Global<T extends keyof ValueTypes = keyof ValueTypes> {
    constructor(kind: { value: T; mutable?: boolean }, value?: ValueTypes[T]);
    value: ValueTypes[T];
  }

  type ExportValue = ((...args: never[]) => unknown) | Memory | Global;
  type Exports = Record<string, ExportValue>;
  type ImportValue = ((...args: never[]) => unknown) | Memory | Global | number;
  type Imports = Record<string, Record<string, ImportValue>>;

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
}
