import { Linter } from 'eslint';
import { expect, it } from 'vitest';
import { house } from './eslintRules.js';

function problems(filename: string, code: string): string[] {
  const rules = { 'house/file-name': 'error', 'house/import-extension': 'error' } as const;
  const config = { files: ['**/*.{ts,tsx,js}'], plugins: { house }, rules };
  return new Linter().verify(code, [config], { filename }).map(({ ruleId }) => ruleId ?? 'syntax');
}

it('accepts names that say what a file holds', () => {
  for (const name of [
    'frameReader.ts',
    'frameReader.test.ts',
    'hello.spec.ts',
    'TracePanel.tsx',
    'vite.config.ts',
  ]) {
    expect(problems(name, ''), name).toEqual([]);
  }
});

it('refuses names that say nothing, and other shapes', () => {
  for (const name of [
    'utils.ts',
    'helpers.test.ts',
    'common.ts',
    'frame-reader.ts',
    'FrameReader.ts',
    'trace_panel.tsx',
  ]) {
    expect(problems(name, ''), name).toEqual(['house/file-name']);
  }
});

it('wants relative imports as Node resolves them', () => {
  expect(
    problems('a.js', "import './b.ts'; import '../c.css'; import 'zod'; import './w.js?worker';"),
  ).toEqual([]);
  expect(problems('a.js', "import './b'; export * from '../c';")).toEqual([
    'house/import-extension',
    'house/import-extension',
  ]);
});
