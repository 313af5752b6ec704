/** TypeScript for policies: completion, hover and squiggles from the types that the server gives for the module `sandtable`. */
import 'monaco-editor/editor/contrib/gotoSymbol/browser/goToCommands';
import 'monaco-editor/features/codeAction/register';
import 'monaco-editor/features/gotoError/register';
import 'monaco-editor/features/gotoSymbol/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/parameterHints/register';
import 'monaco-editor/features/snippet/register';
import * as typescript from 'monaco-editor/languages/features/typescript/register';
import { addLateServices } from './lateServices.ts';

addLateServices();

const { typescriptDefaults: defaults } = typescript;

let types: { readonly text: string; readonly dispose: () => void } | null = null;

/** Makes the module's types known; call again when the server brings others. */
export function teachPolicyTypes(text: string): void {
  if (types?.text === text) return;
  types?.dispose();
  // Either form of a declaration file is fine: one that declares the module by name, or one that is the module.
  const place = /declare\s+module\s+['"]sandtable['"]/.test(text)
    ? 'file:///sandtable.d.ts'
    : 'file:///node_modules/sandtable/index.d.ts';
  const added = defaults.addExtraLib(text, place);
  types = { text, dispose: () => added.dispose() };
}

defaults.setCompilerOptions({
  target: typescript.ScriptTarget.ESNext,
  module: typescript.ModuleKind.ESNext,
  moduleResolution: typescript.ModuleResolutionKind.NodeJs,
  strict: true,
  noEmit: true,
  // What QuickJS has: the language, but neither a page nor Node.
  lib: ['es2023'],
  types: [],
  allowNonTsExtensions: true,
});
defaults.setDiagnosticsOptions({ noSemanticValidation: false, noSyntaxValidation: false });
