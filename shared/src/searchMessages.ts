/**
 * Searching from the page for a call that the bench's policy allows and a property forbids: `docs/search-for-a-hole.md`.
 *
 * A search belongs to the page that began it: only that page is told of it, and it ends when the page goes away.
 */
import { z } from 'zod';
import { id } from './messageParts.ts';
import type { Layer, SourcePosition } from './verdicts.ts';

/** A property is a few lines; files that it brings are small. More is refused. */
export const MAX_PROPERTY_CHARS = 20_000;

/** A person waits for it in front of a dialog, and it takes a core of the server meanwhile; `sandtable attack` may search for longer. */
export const MAX_PAGE_SEARCH_SECONDS = 60;

export const searchRequests = {
  /** `property`: YAML. Saved files of the bench stand in the world that is searched. */
  'search.start': z.object({
    bench: id,
    property: z.string().max(MAX_PROPERTY_CHARS),
    seconds: z.number().int().min(1).max(MAX_PAGE_SEARCH_SECONDS),
    /** The same seed makes the same attempts. */
    seed: z
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional(),
  }),
  /** Ends the page's search on this bench; what comes then is its end as `cancelled`. */
  'search.cancel': z.object({ bench: id }),
} as const;

export interface SearchBegun {
  /** Number of this search. */
  readonly search: string;
  /** The property as a sentence. */
  readonly says: string;
  readonly seed: number;
}

/** A rule that let the attack through. */
export interface LettingRule {
  readonly layer: Layer;
  readonly label: string;
  readonly at?: SourcePosition;
}

/** What was found, shrunk. */
export interface FoundHole {
  /** Python, a few lines. */
  readonly script: string;
  /** What it does that must not happen, as a sentence without its dot. */
  readonly words: string;
  /** The call that did it. */
  readonly call: string | null;
  readonly rule: LettingRule | null;
  /** The function of the policy that passed the call on before that. */
  readonly passedBy: { readonly name: string; readonly line: number } | null;
  /** What the script printed when a guest ran it. */
  readonly printed: string;
  /** Files that the property brought and the bench does not have: bench path and text. */
  readonly files: Readonly<Record<string, string>>;
}

interface Counted {
  /** Attempts until something was found, or altogether. */
  readonly attempts: number;
  readonly milliseconds: number;
}

export type SearchEnd =
  /** A guest did it. */
  | (Counted & { readonly kind: 'hole'; readonly hole: FoundHole })
  /** The search believed that it had found something, and a guest did not do it. */
  | (Counted & { readonly kind: 'unconfirmed'; readonly hole: FoundHole })
  | (Counted & { readonly kind: 'nothing' })
  /** Nothing in the world of this policy is what the property speaks of. */
  | { readonly kind: 'nothing-to-try' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };

export interface SearchReplies {
  'search.start': SearchBegun;
  'search.cancel': null;
}

export interface SearchAnnouncements {
  'search.progress': { readonly bench: string; readonly search: string; readonly attempts: number };
  /** Once for each search, and nothing of it afterwards. */
  'search.ended': { readonly bench: string; readonly search: string; readonly end: SearchEnd };
}
