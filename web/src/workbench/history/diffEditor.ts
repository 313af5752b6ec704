/** Monaco's diff editor; its code comes when the first differences are shown. Like `lateServices.ts` it reaches below Monaco's public surface. */
import { DiffEditorWidget } from 'virtual:monaco-diff-editor';
import { StandaloneServices } from 'monaco-editor/editor/standalone/browser/standaloneServices';
import { addLateServices } from '../editor/lateServices.ts';
import type { monaco as Monaco } from '../editor/monaco.ts';

/** Call after the first editor's code is here. */
export function createDiffEditor(
  host: HTMLElement,
  options: Monaco.editor.IDiffEditorConstructionOptions,
): Monaco.editor.IDiffEditor {
  addLateServices();
  return StandaloneServices.initialize({}).createInstance(DiffEditorWidget, host, options, {});
}
