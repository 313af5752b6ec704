/**
 * Everything that must survive a restart, except logs of runs: benches, their files, and which runs there were.
 *
 * A method that changes something resolves after the commit is on the disk, so its result may be called “saved”; but for rows of runs (`runStore.ts`).
 */
import type { Kysely } from 'kysely';
import { AccessStore } from './accessStore.ts';
import { AssignmentStore } from './assignmentStore.ts';
import { AttemptStore } from './attemptStore.ts';
import { AuditStore } from './auditStore.ts';
import { BenchStore } from './benchStore.ts';
import { BookmarkStore } from './bookmarkStore.ts';
import { openDatabase, shownPlace } from './database.ts';
import { EntryStore } from './entryStore.ts';
import { CommentStore } from './commentStore.ts';
import { CourseStore } from './courseStore.ts';
import { FileStore } from './fileStore.ts';
import { GradeStore } from './gradeStore.ts';
import { LabStore } from './labStore.ts';
import { InvitationStore } from './invitationStore.ts';
import { PeopleStore } from './peopleStore.ts';
import { ProgressStore } from './progressStore.ts';
import { RegradeStore } from './regradeStore.ts';
import { RevisionStore } from './revisionStore.ts';
import { RunStore } from './runStore.ts';
import { SignInStore } from './signInStore.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';
import { WorkStore } from './workStore.ts';

export { newId } from './newId.ts';

export interface Store {
  /** For what concerns all tables at once: backup, export and erasing. */
  readonly db: Kysely<Schema>;
  readonly access: AccessStore;
  readonly people: PeopleStore;
  readonly signIns: SignInStore;
  readonly invitations: InvitationStore;
  readonly entries: EntryStore;
  readonly audit: AuditStore;
  readonly benches: BenchStore;
  readonly files: FileStore;
  readonly revisions: RevisionStore;
  readonly runs: RunStore;
  readonly bookmarks: BookmarkStore;
  readonly labs: LabStore;
  readonly attempts: AttemptStore;
  readonly works: WorkStore;
  readonly courses: CourseStore;
  readonly assignments: AssignmentStore;
  readonly progress: ProgressStore;
  readonly grades: GradeStore;
  readonly regrades: RegradeStore;
  readonly comments: CommentStore;
  close(): Promise<void>;
}

export type OpenedStore =
  | { readonly ok: true; readonly store: Store }
  | {
      readonly ok: false;
      readonly code: 'unreadable' | 'newer' | 'unreachable' | 'refused' | 'no-database';
      readonly message: string;
    };

/**
 * Opens the database and brings its tables up to date; refuses one that a newer version wrote or that is damaged.
 *
 * @param place see database.ts
 */
export async function openStore(place: string): Promise<OpenedStore> {
  const opened = await openDatabase(place);
  if (!opened.ok) return opened;
  const { db } = opened;
  try {
    const migrated = await migrate(db);
    if (migrated.ok) return { ok: true, store: storeOn(db) };
    await db.destroy();
    return { ...migrated, message: await unusable(place, migrated.message) };
  } catch (error) {
    await db.destroy();
    return { ok: false, code: 'unreadable', message: await unusable(place, (error as Error).message) };
  }
}

async function unusable(place: string, why: string): Promise<string> {
  return `The database ${await shownPlace(place)} cannot be used: ${why}.`;
}

function storeOn(db: Kysely<Schema>): Store {
  return {
    db,
    access: new AccessStore(db),
    people: new PeopleStore(db),
    signIns: new SignInStore(db),
    invitations: new InvitationStore(db),
    entries: new EntryStore(db),
    audit: new AuditStore(db),
    benches: new BenchStore(db),
    files: new FileStore(db),
    revisions: new RevisionStore(db),
    runs: new RunStore(db),
    bookmarks: new BookmarkStore(db),
    labs: new LabStore(db),
    attempts: new AttemptStore(db),
    works: new WorkStore(db),
    courses: new CourseStore(db),
    assignments: new AssignmentStore(db),
    progress: new ProgressStore(db),
    grades: new GradeStore(db),
    regrades: new RegradeStore(db),
    comments: new CommentStore(db),
    close: () => db.destroy(),
  };
}
