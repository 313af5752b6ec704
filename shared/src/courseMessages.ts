/**
 * Teaching: courses with their people and assignments, and how everybody gets on. Answers: `courseReplies.ts`.
 *
 * Times are ISO 8601. Points are those of the lab, hints taken off.
 */
import { z } from 'zod';
import { id } from './messageParts.ts';

/** The one person of a server without accounts has a short name. */
export const personId = z.string().regex(/^[A-Za-z0-9_-]{5,40}$/);
export const courseRole = z.enum(['student', 'assistant', 'instructor']);
export type RosterRole = z.infer<typeof courseRole>;

const title = z.string().trim().min(1).max(120);
const instant = z.iso.datetime();
/** What is said of an act that others may ask about. */
const reason = z.string().trim().min(1).max(500);
const counts = z.enum(['best', 'last']);
const dates = { title, opensAt: instant.nullable(), dueAt: instant.nullable(), counts };

/** Characters of a roster: five thousand lines of two hundred. */
export const MAX_ROSTER_CHARS = 1_000_000;
const roster = z.string().max(MAX_ROSTER_CHARS);

export const courseRequests = {
  /** Those that one is in; an administrator sees all. */
  'course.list': z.object({}),
  'course.make': z.object({ title }),
  /** The course with the assignments that one may see: for a student those that have opened. */
  'course.get': z.object({ course: id }),
  'course.rename': z.object({ course: id, title }),
  /** An archived course takes nobody in any more; everything else stays. */
  'course.archive': z.object({ course: id, archived: z.boolean() }),
  /** A new code to join by, which ends the one before; or none. */
  'course.code': z.object({ course: id, code: z.enum(['renew', 'off']) }),
  'course.people': z.object({ course: id }),
  'course.role': z.object({ course: id, person: personId, role: courseRole }),
  /** Takes somebody out; what they did stays theirs. */
  'course.dismiss': z.object({ course: id, person: personId }),
  /** What taking a roster in would do. */
  'roster.check': z.object({ course: id, text: roster }),
  'roster.apply': z.object({ course: id, text: roster }),
  /** Nobody is expected under this address any more. */
  'roster.dismiss': z.object({ course: id, email: z.string().min(3).max(300) }),
  /** Of the version of the lab that the catalogue has now; it stays at that one. */
  'assignment.make': z.object({ course: id, lab: z.string().min(1).max(64), ...dates }),
  'assignment.change': z.object({ assignment: id, ...dates }),
  /** Only as long as nobody was judged at it. */
  'assignment.remove': z.object({ assignment: id }),
  /** Another due date for one person; null takes it back. */
  'assignment.extend': z.object({
    assignment: id,
    person: personId,
    dueAt: instant.nullable(),
    reason,
  }),
  /** What the lab's present version has other than the one of the assignment; null where it is the same. */
  'assignment.compare': z.object({ assignment: id }),
  /** Works of the assignment are judged by this version from now on. */
  'assignment.upgrade': z.object({ assignment: id, version: z.string().regex(/^[0-9a-f]{32}$/) }),
} as const;
