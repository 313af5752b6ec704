/** Completion for Python: what the language and the modules of the examples offer, and the words of the file itself. */
import type * as Monaco from 'monaco-editor/editor';
import { membersOf, PYTHON_BUILTINS, PYTHON_KEYWORDS, PYTHON_MODULES } from './pythonNames.ts';

export interface PythonSuggestion {
  readonly name: string;
  readonly kind: 'keyword' | 'builtin' | 'module' | 'member' | 'word';
}

/** What may follow `before` (the line up to the cursor) in a file with this text. */
export function pythonSuggestions(before: string, text: string): readonly PythonSuggestion[] {
  const member = /([A-Za-z_][\w.]*)\.\w*$/.exec(before);
  if (member !== null) return membersOf(member[1]!).map((name) => ({ name, kind: 'member' }));
  if (/^\s*(?:import|from)\s+[\w., ]*$/.test(before))
    return PYTHON_MODULES.map((name) => ({ name, kind: 'module' }));
  const suggestions = new Map<string, PythonSuggestion>();
  const typed = /\w*$/.exec(before)![0];
  for (const [name] of text.matchAll(/[A-Za-z_]\w{2,}/g))
    if (name !== typed) suggestions.set(name, { name, kind: 'word' });
  for (const name of PYTHON_BUILTINS) suggestions.set(name, { name, kind: 'builtin' });
  for (const name of PYTHON_KEYWORDS) suggestions.set(name, { name, kind: 'keyword' });
  return [...suggestions.values()];
}

export function completePython({ languages, Range }: typeof Monaco): void {
  const { CompletionItemKind } = languages;
  const kinds = {
    keyword: CompletionItemKind.Keyword,
    builtin: CompletionItemKind.Function,
    module: CompletionItemKind.Module,
    member: CompletionItemKind.Method,
    word: CompletionItemKind.Text,
  };
  languages.registerCompletionItemProvider('python', {
    triggerCharacters: ['.'],
    provideCompletionItems(model, position) {
      const before = model.getLineContent(position.lineNumber).slice(0, position.column - 1);
      const word = model.getWordUntilPosition(position);
      const range = new Range(position.lineNumber, word.startColumn, position.lineNumber, word.endColumn);
      // A comment is prose, and so is most of what stands in quotes.
      if (/#/.test(before.replaceAll(/'[^']*'|"[^"]*"/g, ''))) return { suggestions: [] };
      const suggestions = pythonSuggestions(before, model.getValue()).map(({ name, kind }) => ({
        label: name,
        kind: kinds[kind],
        insertText: name,
        range,
      }));
      return { suggestions };
    },
  });
}
