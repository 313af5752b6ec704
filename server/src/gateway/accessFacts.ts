/** The facts that access is judged by, from the database. */
import type { Sessions } from '../sessions/sessions.ts';
import type { AccessStore } from '../store/accessStore.ts';
import { atLeast, type AccessFacts } from './access.ts';

export function accessFacts(access: AccessStore, sessions: Pick<Sessions, 'benchOf'>): AccessFacts {
  return {
    async bench(id, { person, role }) {
      if (await access.owns(person, id)) return 'change';
      if (role === 'administrator') return (await access.benchExists(id)) ? 'see' : 'none';
      const atWork = await access.roleAtWork(person, id);
      return atWork !== null && atLeast(atWork, 'assistant') ? 'see' : 'none';
    },
    async course(id, { person, role }) {
      if (role === 'administrator') return (await access.courseExists(id)) ? 'administrator' : 'none';
      return (await access.roleInCourse(person, id)) ?? 'none';
    },
    benchOfRun: (run) => sessions.benchOf(run),
    benchOfAttempt: (attempt) => access.benchOfAttempt(attempt),
    courseOfAssignment: (assignment) => access.courseOfAssignment(assignment),
  };
}
