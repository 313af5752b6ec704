/** Teaching: judging what was handed in again, by a mended version of the lab. Answers: `regradeReplies.ts`. */
import { z } from 'zod';
import { id } from './messageParts.ts';

export const regradeRequests = {
  /** By which versions it could be, and how far a judging is that is under way; that follows as `regrade.progress` until `regrade.leave`. */
  'regrade.look': z.object({ assignment: id }),
  'regrade.leave': z.object({ assignment: id }),
  /** Judges in the background. Nothing is changed by it; what would change is told at its end. */
  'regrade.start': z.object({ assignment: id, version: z.string().regex(/^[0-9a-f]{32}$/) }),
  /** Ends what is under way, and forgets what was found. */
  'regrade.cancel': z.object({ assignment: id }),
  /** Does what was told. */
  'regrade.apply': z.object({ assignment: id }),
} as const;
