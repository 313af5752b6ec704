/**
 * TypeScript's language service over one file, `policy.ts`, and the types of the module `sandtable`.
 *
 * It reads nothing but the standard libraries of the language: no file that a policy names is ever opened.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { policyTypes } from '@sandtable/shared/policy/apiTypes';
import type { Diagnostic } from '@sandtable/shared/protocol';
import ts from 'typescript';
import { MAX_DIAGNOSTICS } from './checkLimits.ts';

const POLICY = '/policy.ts';
const TYPES = '/sandtable.d.ts';

/** Libraries of the language itself; not the page's, and not of anything that a policy could ask for. */
const LIBRARY = /^lib\.(?:es\d|es5|decorators)[\w.]*\.d\.ts$/;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: [],
  // What runs is the source without its types, so nothing may need more than that.
  erasableSyntaxOnly: true,
  skipLibCheck: true,
};

export class PolicyLanguage {
  readonly #service: ts.LanguageService;
  #source = '';
  #version = 0;

  constructor() {
    const folder = dirname(createRequire(import.meta.url).resolve('typescript'));
    const types = policyTypes();
    const read = (path: string): string | undefined => {
      if (path === POLICY) return this.#source;
      if (path === TYPES) return types;
      const name = path.slice(path.lastIndexOf('/') + 1);
      return path === `/lib/${name}` && LIBRARY.test(name)
        ? readFileSync(join(folder, name), 'utf8')
        : undefined;
    };
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => OPTIONS,
      getScriptFileNames: () => [POLICY, TYPES],
      getScriptVersion: (path) => (path === POLICY ? String(this.#version) : '0'),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => '/lib/lib.es2023.d.ts',
      fileExists: (path) =>
        path === POLICY || path === TYPES || (path.startsWith('/lib/') && LIBRARY.test(path.slice(5))),
      readFile: read,
      directoryExists: () => false,
      getDirectories: () => [],
    });
  }

  /** Every error in the source, in order of place. */
  check(source: string): readonly Diagnostic[] {
    this.#source = source;
    this.#version += 1;
    const syntax = this.#service.getSyntacticDiagnostics(POLICY);
    const found = syntax.length > 0 ? syntax : this.#service.getSemanticDiagnostics(POLICY);
    return found
      .filter((each) => each.category === ts.DiagnosticCategory.Error)
      .slice(0, MAX_DIAGNOSTICS)
      .map(toDiagnostic)
      .sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

function toDiagnostic(found: ts.Diagnostic): Diagnostic {
  const { file, start, length } = found;
  const place = (at: number): { line: number; column: number } => {
    const { line, character } = file!.getLineAndCharacterOfPosition(at);
    return { line: line + 1, column: character + 1 };
  };
  const from = file === undefined || start === undefined ? { line: 1, column: 1 } : place(start);
  const to = file === undefined || start === undefined || length === undefined ? null : place(start + length);
  return {
    file: 'policy.ts',
    ...from,
    ...(to === null ? {} : { endLine: to.line, endColumn: to.column }),
    severity: 'error',
    code: `TS${found.code}`,
    message: messageOf(found),
  };
}

function messageOf(found: ts.Diagnostic): string {
  const asked = found.file?.text.slice(found.start, (found.start ?? 0) + (found.length ?? 0)) ?? '';
  if (MODULE_ERRORS.includes(found.code) && /^['"]/.test(asked)) {
    return `A policy may import 'sandtable' and nothing else, not ${asked.slice(0, 60)}.`;
  }
  const text = ts.flattenDiagnosticMessageText(found.messageText, '\n').slice(0, 2000);
  // Advice on installing things or on compiler options is of no use here.
  if (UNKNOWN_NAME.includes(found.code)) return text.split('. ', 1)[0]!.replace(/\.?$/, '.');
  // Of several ways to call a function the last is the one of the rules; what is said about the others confuses.
  const lines = text.split('\n').map((line) => line.trim());
  if (found.code === NO_OVERLOAD) {
    const meant = /^['"]E[A-Z]/.test(asked) ? lines.find((line) => line.includes("'Errno")) : undefined;
    return meant ?? lines.at(-1)!;
  }
  // The first line says what does not fit, the last why; between them the compiler thinks aloud.
  return lines.length > 2 ? `${lines[0]!}\n${lines.at(-1)!}` : lines.join('\n');
}

/** "Cannot find module", and "cannot find name" as it is said of modules of Node. */
const MODULE_ERRORS: readonly number[] = [2307, 2591, 2580, 2792, 2882];
const UNKNOWN_NAME: readonly number[] = [2304, 2580, 2582, 2583, 2584, 2591, 2592];
const NO_OVERLOAD = 2769;
