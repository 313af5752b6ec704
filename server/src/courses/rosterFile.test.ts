import { describe, expect, test } from 'vitest';
import { readRoster } from './rosterFile.ts';

const ADA = { line: 2, name: 'Ada Lovelace', email: 'ada@example.org', role: 'student' };

describe('what spreadsheets write', () => {
  test.each([
    ['commas', 'name,email,role\nAda Lovelace,ada@example.org,student\n'],
    [
      'Excel: a mark, semicolons, carriage returns',
      '\uFEFFName;E-Mail;Role\r\nAda Lovelace;Ada@Example.org;\r\n',
    ],
    ['tabs', 'email\tname\nada@example.org\tAda Lovelace'],
    ['columns of their own, quoted cells', '"id","name","email"\n"7","Ada Lovelace","ada@example.org"'],
  ])('%s', (_name, text) => {
    expect(readRoster(text)).toEqual({ ok: true, entries: [ADA] });
  });

  test('a name with a comma in it, and roles by other words', () => {
    expect(readRoster('name,email,role\n"Hopper, Grace",g@x.org,TA\nAlan,a@x.org,teacher')).toEqual({
      ok: true,
      entries: [
        { line: 2, name: 'Hopper, Grace', email: 'g@x.org', role: 'assistant' },
        { line: 3, name: 'Alan', email: 'a@x.org', role: 'instructor' },
      ],
    });
  });
});

describe('what is wrong is named by line and column', () => {
  test.each([
    ['', 1, 1, 'empty'],
    ['name,mail address\nAda,a@x.org', 1, 1, '“email”'],
    ['name,email\nAda,nobody', 2, 2, 'no e-mail address'],
    ['name,email\nAda,a@x.org\n\n,b@x.org', 4, 1, 'no name'],
    ['role,name,email\nboss,Ada,a@x.org', 2, 1, 'no role'],
    ['name,email\nAda,a@x.org\nBob,A@X.org', 3, 2, 'line 2 already'],
    ['name,email\n"Ada,a@x.org\nBob,b@x.org', 3, 1, 'never closed'],
    ['name,email', 2, 1, 'nobody'],
  ])('%j', (text, line, column, message) => {
    const read = readRoster(text);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.problems[0]).toMatchObject({ line, column });
    expect(read.problems[0]!.message).toContain(message);
  });

  test('every line that is wrong, and nothing of the others', () => {
    const read = readRoster('name,email\nAda,x\nBob,b@x.org\nEve,y');
    expect(read.ok ? [] : read.problems.map(({ line }) => line)).toEqual([2, 4]);
  });

  test('more lines than any course has', () => {
    const text = `name,email\n${Array.from({ length: 5_001 }, (_, i) => `A,a${String(i)}@x.org`).join('\n')}`;
    const read = readRoster(text);
    expect(read.ok ? '' : read.problems[0]!.message).toContain('5000 lines');
  });
});
