/** Tables as kysely sees them. How they came to be: `migrations/`. Times are ISO 8601, truth values 0 or 1, JSON is text. */

/** What a bench is for: somebody's own, somebody's work at a lab, or the files of a lab that is being written. */
export type BenchKind = 'bench' | 'work' | 'pack';

export type Role = 'student' | 'assistant' | 'instructor' | 'administrator';

/** The one person of a server without accounts; owns every bench there. */
export const LOCAL_PERSON = 'local';

export interface BenchRow {
  id: string;
  name: string;
  /** Counts changes of files: the version of a file is the bench's revision at its last change, so no version ever comes twice. */
  revision: number;
  created_at: string;
  updated_at: string;
  kind: BenchKind;
  /** A person; benches go with their owner. */
  owner: string | null;
  /** Of a work: the version that it is done under, and the assignment, where it is one. */
  lab_version: string | null;
  assignment: string | null;
  /** Of a work: what its individual parameters are drawn from. Of a pack: nothing. */
  seed: string | null;
  /** Of a pack: the lab that is being written. */
  lab: string | null;
  /** Whose work it was copied from: a bench that its maker may look at, or one that is gone. */
  copy_of?: string | null;
}

export interface FileRow {
  bench: string;
  path: string;
  version: number;
  encoding: 'utf8' | 'base64';
  content: Uint8Array;
  saved_at: string;
  /** The student cannot change it. */
  read_only: number;
}

/** What a file was after one change of its bench. */
export interface RevisionRow {
  bench: string;
  /** The bench's revision that the change made. */
  n: number;
  path: string;
  encoding: 'utf8' | 'base64';
  /** Null: removed. */
  content: Uint8Array | null;
  saved_at: string;
  person: string | null;
  label: string | null;
}

export interface RunRow {
  id: string;
  bench: string;
  mode: 'script' | 'repl';
  started_at: string;
  /** Null while the run is under way, or was when its server died. */
  ended_at: string | null;
  status: number | null;
  reason: string | null;
  log_bytes: number;
  /** The bench's revision that was run; null of runs from before revisions were kept, and of imported traces. */
  revision: number | null;
  /** What was typed or piped in; null while it is under way. */
  input: string | null;
}

export interface BookmarkRow {
  run: string;
  /** Number of the row. */
  n: number;
  note: string;
  set_at: string;
}

export interface PersonRow {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  created_at: string;
  seen_at: string | null;
  /** May not sign in from then on. */
  disabled_at: string | null;
}

/** A way for a person to prove who they are. */
export interface CredentialRow {
  kind: 'password' | 'oidc';
  /** The name to sign in with, in lower case; or issuer and subject. */
  subject: string;
  person: string;
  /** Hash of the password. */
  secret: string | null;
  set_at: string;
}

export interface SignInRow {
  /** Hash of the token that the browser holds. */
  id: string;
  person: string;
  created_at: string;
  seen_at: string;
  expires_at: string;
  /** What the browser calls itself. */
  agent: string;
}

export interface InvitationRow {
  /** Hash of the code. */
  id: string;
  role: Role;
  course: string | null;
  /** Who is here already and gets a new password by it. */
  person: string | null;
  email: string | null;
  name: string | null;
  made_by: string;
  made_at: string;
  expires_at: string;
  used_at: string | null;
  used_by: string | null;
}

export interface AuditRow {
  id: string;
  at: string;
  /** A person's id; stays when the person is erased. */
  actor: string;
  act: string;
  object: string;
  /** JSON. */
  detail: string;
}

export interface CourseRow {
  id: string;
  title: string;
  join_code: string | null;
  made_by: string;
  made_at: string;
  archived_at: string | null;
}

export interface MembershipRow {
  course: string;
  person: string;
  role: 'student' | 'assistant' | 'instructor';
  joined_at: string;
}

/** Somebody expected in a course: a line of the roster that was read in. */
export interface RosterRow {
  course: string;
  email: string;
  name: string;
  role: 'student' | 'assistant' | 'instructor';
  /** Who it turned out to be. */
  person: string | null;
  added_at: string;
}

export interface LabRow {
  id: string;
  source: 'shipped' | 'authored';
  title: string;
  /** The version that is offered; null before the first is published. */
  current: string | null;
  owner: string | null;
  changed_at: string;
}

export interface LabVersionRow {
  /** Hash of the pack. */
  id: string;
  lab: string;
  title: string;
  /** Every file of the pack. */
  pack: Uint8Array;
  made_at: string;
  made_by: string | null;
}

export interface AssignmentRow {
  id: string;
  course: string;
  lab_version: string;
  title: string;
  opens_at: string | null;
  due_at: string | null;
  /** Which attempt that was handed in is the grade. */
  counts: 'best' | 'last';
  made_by: string;
  made_at: string;
}

export interface ExtensionRow {
  assignment: string;
  person: string;
  due_at: string;
  reason: string;
  made_by: string;
  made_at: string;
}

/** One judgement of a work. Its evidence lies in a folder of its own. */
export interface AttemptRow {
  id: string;
  bench: string;
  person: string;
  lab_version: string;
  assignment: string | null;
  kind: 'check' | 'hand-in';
  started_at: string;
  ended_at: string | null;
  /** The bench's revision that was judged. */
  revision: number;
  state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  /** Null until done. */
  points: number | null;
  max: number | null;
  /** JSON: results of the checks. */
  results: string | null;
  /** The same in short, for tables of a whole course: `check=p`, `=f` or `=e` (passed, failed, error), parted by spaces. */
  outcomes?: string | null;
  /** Percent of the points that hints had cost by then. */
  hint_cost: number;
  /** Why it failed. */
  message: string | null;
  /** By which it was judged again, in place of an earlier attempt with the same files, time and hints. */
  regrade?: string | null;
  /** The attempt that took its place; such a one is history and counts nowhere. */
  replaced_by?: string | null;
}

/** One act of judging the attempts at an assignment again. Which attempts came of it they say themselves. */
export interface RegradeRow {
  id: string;
  assignment: string;
  /** Versions of the lab that the assignment was pinned to before and after. */
  from_version: string;
  to_version: string;
  made_by: string;
  made_at: string;
}

export interface HintTakenRow {
  bench: string;
  hint: number;
  taken_at: string;
}

/** Says that the grade is another one. The last of a person and an assignment counts; all are kept. */
export interface GradeOverrideRow {
  id: string;
  assignment: string;
  person: string;
  /** Null takes earlier ones back. */
  points: number | null;
  reason: string;
  made_by: string;
  made_at: string;
}

export interface CommentRow {
  id: string;
  bench: string;
  /** JSON: a line of a file, a row of a run, or nothing in particular. */
  anchor: string;
  text: string;
  made_by: string;
  made_at: string;
  resolved_at: string | null;
}

export interface Schema {
  bench: BenchRow;
  file: FileRow;
  revision: RevisionRow;
  run: RunRow;
  bookmark: BookmarkRow;
  person: PersonRow;
  credential: CredentialRow;
  sign_in: SignInRow;
  invitation: InvitationRow;
  audit: AuditRow;
  course: CourseRow;
  membership: MembershipRow;
  roster: RosterRow;
  lab: LabRow;
  lab_version: LabVersionRow;
  assignment: AssignmentRow;
  extension: ExtensionRow;
  regrade: RegradeRow;
  attempt: AttemptRow;
  hint_taken: HintTakenRow;
  grade_override: GradeOverrideRow;
  comment: CommentRow;
}
