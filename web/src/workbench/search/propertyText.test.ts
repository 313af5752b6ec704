import { parseProperty } from '@sandtable/shared/search/property';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { complaint, FIRST_FORM, propertyText, type PropertyForm } from './propertyText.ts';

const said = (form: Partial<PropertyForm>): string => {
  const parsed = parseProperty(parse(propertyText({ ...FIRST_FORM, ...form })));
  return parsed.ok ? parsed.property.says : parsed.problems.join('\n');
};

test('each template is a property that says what its field says', () => {
  expect(said({})).toBe('Nothing outside /tmp is ever opened for writing or changed.');
  expect(said({ template: 'inside', places: '/data' })).toBe(
    'Nothing inside /data is ever opened for writing or changed.',
  );
  expect(said({ template: 'unchanged', places: '/a b,\n/c: "d"\n' })).toBe(
    '/a b or /c: "d" is never changed, removed, renamed or replaced.',
  );
  expect(said({ template: 'unread', places: '/secret/**' })).toBe('Nothing of /secret/** is ever read.');
  expect(said({ template: 'flow', places: '/secret', socket: false, sinks: '/tmp/out' })).toBe(
    'No bytes of /secret ever reach terminal or /tmp/out.',
  );
});

test('a form that is no property says what is missing', () => {
  expect(complaint(FIRST_FORM)).toBeNull();
  expect(complaint({ ...FIRST_FORM, places: ' , ' })).toContain('at least one place');
  expect(complaint({ ...FIRST_FORM, places: '/tmp, secret' })).toContain('“secret” is no place');
  expect(complaint({ ...FIRST_FORM, template: 'flow', terminal: false, socket: false })).toContain('where');
  expect(complaint({ ...FIRST_FORM, template: 'yaml' })).toContain('first');
});
