/** Requests about searches for holes. Only a page that has the bench open may search on it. */
import type { SearchReplies } from '@sandtable/shared/searchMessages';
import type { Property } from '@sandtable/shared/search/property';
import { labPartOf } from '../labs/labRun.ts';
import { builtInSource } from '../sandbox/policy/builtInPolicies.ts';
import { readProperty } from '../search/readProperty.ts';
import { MAX_SEARCH_FILE_CHARS, MAX_SEARCH_FILES } from '../search/searchLimits.ts';
import { GUEST_FOLDER, POLICY_FILE } from '../sessions/benchWorld.ts';
import { policyComplaint } from '../sessions/policyComplaint.ts';
import type { StoredFile } from '../store/fileStore.ts';
import { done, NO_BENCH, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

const NOT_OPEN = refused('forbidden', 'This page does not have that bench open.');

/** Its place is taken by the attack. */
const SCRIPT = 'script.py';

export function searchHandlers({ store, sessions, searches, pages, labs }: Services): {
  readonly [N in keyof SearchReplies]: Handler<N>;
} {
  return {
    'search.start': async ({ bench, property: text, seconds, seed }, page) => {
      if ((await store.benches.get(bench)) === null) return NO_BENCH;
      const bar = searches.barred(bench);
      if (bar !== null) return refused('busy', bar);
      const parsed = readProperty(text);
      if (!parsed.ok) return refused('bad-request', parsed.problems.join('\n'));
      const stored = await store.files.contents(bench);
      const own = stored.find(({ path }) => path === POLICY_FILE);
      const source = own === undefined ? builtInSource('standard') : new TextDecoder().decode(own.content);
      const diagnostics = own === undefined ? [] : await sessions.checkPolicy(source);
      if (diagnostics.some(({ severity }) => severity === 'error'))
        return refused('policy-invalid', policyComplaint(diagnostics), { diagnostics });
      const { property, brought } = withFilesOf(parsed.property, stored);
      const work = await labs.works.of(bench);
      const lab = work === null ? {} : { lab: { part: labPartOf(work.instance), namesHidden: false } };
      // The page may have left while all this was looked up.
      if (!pages.hasOpen(page, bench)) return NOT_OPEN;
      const begun = searches.start({ bench, page, source, property, brought, seconds, seed, ...lab });
      if (!begun.ok) return refused('busy', begun.message);
      return done({ search: begun.search, says: property.says, seed: begun.seed });
    },

    'search.cancel': ({ bench }, page) => {
      searches.cancel(bench, page);
      return Promise.resolve(done(null));
    },
  };
}

/** The property in the world of the bench; and of its own files those that the bench would have to be given for its script to run. */
function withFilesOf(
  property: Property,
  stored: readonly StoredFile[],
): { readonly property: Property; readonly brought: Readonly<Record<string, string>> } {
  const files: Record<string, string> = {};
  for (const { path, content } of stored) {
    if (path === POLICY_FILE || path === SCRIPT || Object.keys(files).length >= MAX_SEARCH_FILES) continue;
    const text = textOf(content);
    if (text !== null) files[`${GUEST_FOLDER}/${path}`] = text;
  }
  const brought: Record<string, string> = {};
  for (const [path, text] of Object.entries(property.files))
    if (path.startsWith(`${GUEST_FOLDER}/`)) brought[path.slice(GUEST_FOLDER.length + 1)] = text;
  return { property: { ...property, files: { ...files, ...property.files } }, brought };
}

function textOf(content: Uint8Array): string | null {
  if (content.length > MAX_SEARCH_FILE_CHARS) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}
