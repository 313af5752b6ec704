import { describe, expect, test } from 'vitest';
import { judgeBy, type AccessFacts, type BenchAccess, type CourseAccess, type Rule } from './access.ts';
import type { Actor } from './actor.ts';

const STUDENT: Actor = { person: 'p', role: 'student' };
const nothing: AccessFacts = {
  bench: () => Promise.resolve('none'),
  course: () => Promise.resolve('none'),
  benchOfRun: () => Promise.resolve(null),
  benchOfAttempt: () => Promise.resolve(null),
  courseOfAssignment: () => Promise.resolve(null),
};

async function code(rule: Rule<object>, facts: Partial<AccessFacts>, actor = STUDENT): Promise<string> {
  const denial = await judgeBy({ ...nothing, ...facts })(rule, {}, actor);
  return denial?.error.code ?? 'yes';
}

const benchIs = (access: BenchAccess): Partial<AccessFacts> => ({
  bench: (id) => Promise.resolve(id === 'b' ? access : 'none'),
  benchOfRun: (run) => Promise.resolve(run === 'r' ? 'b' : null),
  benchOfAttempt: (attempt) => Promise.resolve(attempt === 'a' ? 'b' : null),
});
const courseIs = (access: CourseAccess): Partial<AccessFacts> => ({
  course: (id) => Promise.resolve(id === 'c' ? access : 'none'),
  courseOfAssignment: (id) => Promise.resolve(id === 's' ? 'c' : null),
});

describe('benches, and what belongs to one', () => {
  test.each([
    ['bench', 'b'],
    ['run', 'r'],
    ['attempt', 'a'],
  ] as const)('%s', async (of, known) => {
    const rule = (may: 'see' | 'change', id: string = known): Rule<object> => ({ of, may, id: () => id });
    expect(await code(rule('see'), benchIs('none'))).toBe('not-found');
    expect(await code(rule('see'), benchIs('see'))).toBe('yes');
    expect(await code(rule('see'), benchIs('change'))).toBe('yes');
    expect(await code(rule('change'), benchIs('none'))).toBe('not-found');
    expect(await code(rule('change'), benchIs('see'))).toBe('forbidden');
    expect(await code(rule('change'), benchIs('change'))).toBe('yes');
    expect(await code(rule('see', 'another'), benchIs('change'))).toBe('not-found');
  });

  test('what is not there and what is not for one are refused in the same words', async () => {
    const judge = judgeBy({ ...nothing, ...benchIs('none') });
    const rule = (id: string): Rule<object> => ({ of: 'run', may: 'see', id: () => id });
    expect(await judge(rule('r'), {}, STUDENT)).toEqual(await judge(rule('no such'), {}, STUDENT));
  });
});

describe('courses, and what belongs to one', () => {
  test.each([
    ['course', 'c'],
    ['assignment', 's'],
  ] as const)('%s', async (of, known) => {
    const rule = (role: 'student' | 'assistant' | 'instructor'): Rule<object> => ({
      of,
      role,
      id: () => known,
    });
    const table = {
      none: ['not-found', 'not-found', 'not-found'],
      student: ['yes', 'forbidden', 'forbidden'],
      assistant: ['yes', 'yes', 'forbidden'],
      instructor: ['yes', 'yes', 'yes'],
      administrator: ['yes', 'yes', 'yes'],
    } as const;
    for (const access of Object.keys(table) as CourseAccess[]) {
      const got = await Promise.all(
        (['student', 'assistant', 'instructor'] as const).map((role) => code(rule(role), courseIs(access))),
      );
      expect(got, access).toEqual(table[access]);
    }
  });
});

test('the server as a whole: by role', async () => {
  const rule: Rule<object> = { of: 'site', role: 'instructor' };
  expect(await code(rule, {}, { person: 'p', role: 'assistant' })).toBe('forbidden');
  expect(await code(rule, {}, { person: 'p', role: 'instructor' })).toBe('yes');
  expect(await code(rule, {}, { person: 'p', role: 'administrator' })).toBe('yes');
  expect(await code({ of: 'person' }, {})).toBe('yes');
});
