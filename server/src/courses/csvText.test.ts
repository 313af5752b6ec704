import { expect, test } from 'vitest';
import { csvText } from './csvText.ts';

test('texts are quoted, numbers are numbers, nothing is nothing', () => {
  expect(
    csvText([
      ['Ada "Countess" Lovelace', 7.5, null],
      ['a\nb', -2, ''],
    ]),
  ).toBe('\uFEFF"Ada ""Countess"" Lovelace",7.5,\r\n"a\nb",-2,""\r\n');
});

test.each([
  '=HYPERLINK("http://evil.example","click")',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '  =1+1',
  '\t=1+1',
  '\r=1+1',
  '|calc',
  '＝1+1',
])('%j is text to every spreadsheet', (name) => {
  expect(csvText([[name]]).slice(1, 3)).toBe('"\'');
});
