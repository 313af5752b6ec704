/** Shapes of the parts of Monaco that `lateServices.ts` uses and that come without types. */

declare module 'monaco-editor/platform/instantiation/common/extensions' {
  interface ServiceId {
    readonly type: unknown;
  }
  export function getSingletonServiceDescriptors(): readonly (readonly [ServiceId, object])[];
}

declare module 'monaco-editor/editor/standalone/browser/standaloneServices' {
  interface Services {
    get(id: object): object | undefined;
    set(id: object, descriptor: object): void;
  }
  export const StandaloneServices: {
    /** Gives the one that exists where there is one already. */
    initialize(overrides: Record<string, never>): {
      readonly _services: Services;
      createInstance<A extends unknown[], T>(made: new (...args: A) => T, ...args: A): T;
    };
  };
}

/** The real diff editor, which `vite.config.ts` keeps out of the first editor's chunk. */
declare module 'virtual:monaco-diff-editor' {
  import type { editor } from 'monaco-editor';

  export const DiffEditorWidget: new (
    host: HTMLElement,
    options: editor.IDiffEditorConstructionOptions,
    codeEditorOptions: object,
  ) => editor.IDiffEditor;
}
