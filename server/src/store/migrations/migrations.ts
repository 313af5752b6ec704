/** The steps that lead to the tables of today. Steps only go forward; a step that was released is NEVER changed, only followed. */
import type { Migration } from 'kysely/migration';
import { benchesFilesRuns } from './benchesFilesRuns.ts';
import { bookmarks } from './bookmarks.ts';
import { peopleLabsCourses } from './peopleLabsCourses.ts';
import { regrades } from './regrades.ts';

/** By name, in the order of names. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-benches-files-runs': benchesFilesRuns,
  '0002-bookmarks': bookmarks,
  '0003-people-labs-courses': peopleLabsCourses,
  '0004-regrades': regrades,
};
