/**
 * Who may ask for what: one rule for each request of the socket, judged at the edge before its handler sees it. HTTP routes name a rule
 * of the same kind (`httpAccess.ts`).
 *
 * A refusal NEVER tells whether the thing exists: what one may not see is answered in the words for what is not there. Only who may see a
 * thing hears that it cannot be changed. On a server without accounts everything belongs to whoever is there, and nothing is asked.
 */
import type { ProtocolError, RequestBody, RequestName } from '@sandtable/shared/protocol';
import type { Role } from '../store/schema.ts';
import type { Actor } from './actor.ts';
import { NO_ASSIGNMENT, NO_BENCH, NO_RUN, refused } from './replies.ts';

/** What somebody may do with a bench: its owner changes it; staff of its assignment's course and administrators look at it. */
export type BenchAccess = 'change' | 'see' | 'none';

/** What somebody is in a course; an administrator is more than an instructor in every one. */
export type CourseAccess = 'student' | 'assistant' | 'instructor' | 'administrator' | 'none';

/** `B` is what the rule is told: the body of a request, or the parameters of a route. */
export type Rule<B> =
  /** Whoever is signed in. */
  | { readonly of: 'person' }
  /** Whoever has this role on the whole server, or a higher one. */
  | { readonly of: 'site'; readonly role: Role }
  | { readonly of: 'bench'; readonly may: 'see' | 'change'; readonly id: (body: B) => string }
  /** By the bench that it is a run of. */
  | { readonly of: 'run'; readonly may: 'see' | 'change'; readonly id: (body: B) => string }
  /** By the bench that it judged. */
  | { readonly of: 'attempt'; readonly may: 'see' | 'change'; readonly id: (body: B) => string }
  | { readonly of: 'course'; readonly role: CourseRole; readonly id: (body: B) => string }
  /** By the course that it was given in. */
  | { readonly of: 'assignment'; readonly role: CourseRole; readonly id: (body: B) => string };

/** The least that somebody must be in a course; every member is a student at least. */
type CourseRole = 'student' | 'assistant' | 'instructor';

export const PERSON = { of: 'person' } as const;

function site(role: Role): Rule<unknown> {
  return { of: 'site', role };
}

function bench(may: 'see' | 'change'): Rule<{ readonly bench: string }> {
  return { of: 'bench', may, id: (body) => body.bench };
}

function run(may: 'see' | 'change'): Rule<{ readonly run: string }> {
  return { of: 'run', may, id: (body) => body.run };
}

const course = (role: CourseRole): Rule<{ readonly course: string }> => ({
  of: 'course',
  role,
  id: (body) => body.course,
});

const assignment = (role: CourseRole): Rule<{ readonly assignment: string }> => ({
  of: 'assignment',
  role,
  id: (body) => body.assignment,
});

/** A request without an entry is an error of the compiler. */
export const ACCESS: { readonly [N in RequestName]: Rule<RequestBody<N>> } = {
  'bench.list': PERSON,
  'bench.create': PERSON,
  'bench.open': bench('see'),
  // Forgets what this page itself had open, also when it may no longer see it.
  'bench.leave': PERSON,
  'bench.rename': bench('change'),
  'bench.remove': bench('change'),
  'file.write': bench('change'),
  'file.read': bench('see'),
  'file.rename': bench('change'),
  'file.remove': bench('change'),
  'policy.check': PERSON,
  'run.start': bench('change'),
  'run.list': bench('see'),
  // Which run of the bench it is, the handler looks at.
  'run.show': bench('change'),
  'run.input': run('change'),
  'run.interrupt': run('change'),
  'run.stop': run('change'),
  'run.resize': run('change'),
  'run.ack': run('see'),
  'run.rows': run('see'),
  'run.query': run('see'),
  'run.at': run('see'),
  'run.file': run('see'),
  'run.step': run('see'),
  'run.matches': run('see'),
  'run.statistics': run('see'),
  'run.timeline': run('see'),
  'bookmark.list': run('see'),
  'bookmark.set': run('change'),
  'bookmark.remove': run('change'),
  'search.start': bench('change'),
  'search.cancel': bench('change'),
  'history.list': bench('see'),
  'history.at': bench('see'),
  'history.read': bench('see'),
  'history.label': bench('change'),
  'history.restore': bench('change'),
  'history.copy': bench('see'),
  'history.run': run('see'),
  'lab.list': PERSON,
  // Only ever the person's own work, of a course that they are in.
  'lab.open': PERSON,
  'lab.task': bench('see'),
  'lab.check': bench('change'),
  'lab.hand-in': bench('change'),
  'lab.cancel': bench('change'),
  'lab.attempts': bench('see'),
  'lab.attempt': bench('see'),
  // It changes what the bench shows.
  'lab.evidence': bench('change'),
  'lab.hint': bench('change'),
  'lab.reset': bench('change'),
  'me.get': PERSON,
  'me.rename': PERSON,
  'me.sign-ins': PERSON,
  'me.end-sign-in': PERSON,
  'people.list': site('administrator'),
  'people.change': site('administrator'),
  'people.new-password': site('administrator'),
  'people.erase': site('administrator'),
  'people.invite': site('administrator'),
  'people.invitations': site('administrator'),
  'people.revoke': site('administrator'),
  'people.audit': site('administrator'),
  'course.list': PERSON,
  'course.make': site('instructor'),
  'course.get': course('student'),
  'course.rename': course('instructor'),
  'course.archive': course('instructor'),
  'course.code': course('instructor'),
  'course.people': course('assistant'),
  'course.role': course('instructor'),
  'course.dismiss': course('instructor'),
  'roster.check': course('instructor'),
  'roster.apply': course('instructor'),
  'roster.dismiss': course('instructor'),
  'assignment.make': course('instructor'),
  'assignment.change': assignment('instructor'),
  'assignment.remove': assignment('instructor'),
  'assignment.extend': assignment('instructor'),
  'assignment.compare': assignment('instructor'),
  'assignment.upgrade': assignment('instructor'),
  'author.list': site('instructor'),
  'author.begin': site('instructor'),
  'author.clone': site('instructor'),
  'author.check': bench('see'),
  'author.preview': bench('change'),
  'author.run': bench('change'),
  'author.cancel': bench('change'),
  'author.publish': bench('change'),
  'matrix.get': course('assistant'),
  'matrix.leave': PERSON,
  'grade.book': course('assistant'),
  'grade.history': assignment('assistant'),
  'grade.override': assignment('instructor'),
  'regrade.look': assignment('instructor'),
  // Forgets what this page itself looked at.
  'regrade.leave': PERSON,
  'regrade.start': assignment('instructor'),
  'regrade.cancel': assignment('instructor'),
  'regrade.apply': assignment('instructor'),
  // What may be seen may be copied and spoken of.
  'work.copy': bench('see'),
  'work.origin': bench('see'),
  'comment.list': bench('see'),
  'comment.add': bench('see'),
  'comment.resolve': bench('see'),
  'world.list': bench('see'),
  'world.read': bench('see'),
  'world.keep': bench('change'),
};

/** What the rules are judged by. Each answers `none` or null for what is not there. */
export interface AccessFacts {
  bench(id: string, actor: Actor): Promise<BenchAccess>;
  course(id: string, actor: Actor): Promise<CourseAccess>;
  benchOfRun(run: string): Promise<string | null>;
  benchOfAttempt(attempt: string): Promise<string | null>;
  courseOfAssignment(assignment: string): Promise<string | null>;
}

export type Denial = { readonly ok: false; readonly error: ProtocolError };

/** Why the actor may not ask for it, or null. */
export type Judge = <B>(rule: Rule<B>, body: B, actor: Actor) => Promise<Denial | null>;

/** The judge of a server without accounts. */
export const everythingIsTheirs: Judge = () => Promise.resolve(null);

const NO_ATTEMPT = refused('not-found', 'There is no such attempt any more.');
const NO_COURSE = refused('not-found', 'There is no such course any more.');
const ONLY_SEE = refused(
  'forbidden',
  'You may look at this bench, and only its owner changes it. Nothing was changed; make a copy to try something.',
);
const NOT_YOURS = refused('forbidden', 'Your role does not allow this. Nothing was changed.');

const ORDER: readonly CourseAccess[] = ['none', 'student', 'assistant', 'instructor', 'administrator'];

/** Whether a role, on the server or in a course, is at least the other one. */
export function atLeast(role: CourseAccess, least: Role): boolean {
  return ORDER.indexOf(role) >= ORDER.indexOf(least);
}

export function judgeBy(facts: AccessFacts): Judge {
  const byBench = async (id: string | null, may: 'see' | 'change', actor: Actor, none: Denial) => {
    const access = id === null ? 'none' : await facts.bench(id, actor);
    if (access === 'none') return none;
    return may === 'change' && access === 'see' ? ONLY_SEE : null;
  };
  const byCourse = async (id: string | null, role: CourseRole, actor: Actor, none: Denial) => {
    const access = id === null ? 'none' : await facts.course(id, actor);
    if (access === 'none') return none;
    return atLeast(access, role) ? null : NOT_YOURS;
  };
  return async (rule, body, actor) => {
    switch (rule.of) {
      case 'person':
        return null;
      case 'site':
        return atLeast(actor.role, rule.role) ? null : NOT_YOURS;
      case 'bench':
        return byBench(rule.id(body), rule.may, actor, NO_BENCH);
      case 'run':
        return byBench(await facts.benchOfRun(rule.id(body)), rule.may, actor, NO_RUN);
      case 'attempt':
        return byBench(await facts.benchOfAttempt(rule.id(body)), rule.may, actor, NO_ATTEMPT);
      case 'course':
        return byCourse(rule.id(body), rule.role, actor, NO_COURSE);
      case 'assignment':
        return byCourse(await facts.courseOfAssignment(rule.id(body)), rule.role, actor, NO_ASSIGNMENT);
    }
  };
}
