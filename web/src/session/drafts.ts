/**
 * Edits that the server does not have yet, in the browser's own storage, so that they survive a reload, a crash of the tab and
 * an outage. An entry goes only when the server has said that it holds the text.
 */

export interface Draft {
  readonly text: string;
  /** Version that the edit began from; null for a file that the server never had. */
  readonly base: number | null;
  /** Text of that version, for a merge; left out where it would not fit. */
  readonly baseText?: string;
}

export type StoreLike = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Browsers give some five million characters for everything; beyond this a base text is not worth its room. */
const BASE_TEXT_LIMIT = 200_000;

const keyOf = (bench: string): string => `sandtable.drafts.${bench}`;

export class DraftStore {
  readonly #store: StoreLike | null;

  /** `store` is null where the browser offers none: drafts then live as long as the tab. */
  constructor(store: StoreLike | null) {
    this.#store = store;
  }

  read(bench: string): Map<string, Draft> {
    const drafts = new Map<string, Draft>();
    try {
      const parsed: unknown = JSON.parse(this.#store?.getItem(keyOf(bench)) ?? '{}');
      if (typeof parsed !== 'object' || parsed === null) return drafts;
      for (const [path, value] of Object.entries(parsed)) if (isDraft(value)) drafts.set(path, value);
    } catch {
      // Storage that is forbidden or was scribbled over holds no drafts.
    }
    return drafts;
  }

  /** @returns whether all of it is safe in the browser's storage. */
  write(bench: string, drafts: ReadonlyMap<string, Draft>): boolean {
    if (this.#store === null) return drafts.size === 0;
    try {
      if (drafts.size === 0) this.#store.removeItem(keyOf(bench));
      else this.#store.setItem(keyOf(bench), JSON.stringify(Object.fromEntries([...drafts].map(slimmed))));
      return true;
    } catch {
      return false;
    }
  }
}

function slimmed([path, draft]: [string, Draft]): [string, Draft] {
  if ((draft.baseText?.length ?? 0) <= BASE_TEXT_LIMIT) return [path, draft];
  return [path, { text: draft.text, base: draft.base }];
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { text, base, baseText } = value as Record<string, unknown>;
  return (
    typeof text === 'string' &&
    (base === null || typeof base === 'number') &&
    (baseText === undefined || typeof baseText === 'string')
  );
}
