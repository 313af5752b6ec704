/** Writing labs in the browser: a pack is a bench whose files are those of the pack. Zips come and go over HTTP. */
import { z } from 'zod';
import { short, slug } from './labs/manifestFields.ts';
import { id } from './messageParts.ts';

/** A zip that is taken in is sent with this type, so that no form of another site can send one. */
export const ZIP_TYPE = 'application/zip';

export const authorRequests = {
  'author.list': z.object({}),
  /** A small pack of one's own that is right as it is. */
  'author.begin': z.object({ id: slug, title: short, level: z.number().int().min(1).max(4) }),
  /** A pack of one's own with the files of the lab's present version, under another id. */
  'author.clone': z.object({ lab: z.string().min(1).max(64) }),
  /** What is wrong with the pack as it is saved. */
  'author.check': z.object({ bench: id }),
  /** Opens a work of the pack as it is saved, as a student would have it. */
  'author.preview': z.object({ bench: id }),
  /** Runs solution, starter and wrong submissions in the background: `author.progress` tells how it goes. */
  'author.run': z.object({ bench: id }),
  'author.cancel': z.object({ bench: id }),
  /** Makes the pack as it is saved the version that the catalogue offers. Assignments keep theirs. */
  'author.publish': z.object({ bench: id }),
} as const;
