/** Reads and writes what an attempt keeps (`evidenceFormat.ts`). */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@sandtable/shared/events';
import type { CheckEvidence, EvidenceFile } from '@sandtable/shared/labs/evidence';
import { fileLines } from '../sessions/fileLines.ts';
import { LOG_FILE } from '../sessions/logFormat.ts';
import {
  EVIDENCE_FILE,
  EVIDENCE_FORMAT,
  RUN_FILES,
  runFolder,
  SUBMISSION_FILE,
  type StoredAttempt,
  type StoredEvidence,
  type StoredSubmission,
} from './evidenceFormat.ts';
import type { SubmittedFiles } from './labInstance.ts';

/** Makes the folder, with the files that are judged. Throws where that fails, and where the folder has an attempt already. */
export function beginAttempt(folder: string, files: SubmittedFiles): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(join(folder, SUBMISSION_FILE)))
    throw new Error('there is an attempt in this folder already');
  const stored: StoredSubmission = {
    files: [...files].map(([path, content]) => ({ path, base64: Buffer.from(content).toString('base64') })),
  };
  writeFileSync(join(folder, SUBMISSION_FILE), JSON.stringify(stored), { mode: 0o600, flush: true });
}

/** Says that the attempt is whole. */
export function finishAttempt(folder: string, attempt: StoredAttempt): void {
  const file = join(folder, EVIDENCE_FILE);
  writeFileSync(`${file}.new`, JSON.stringify(attempt), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

/** Null where the folder has no attempt that came to its end, or one of another format. */
export function readAttempt(folder: string): StoredAttempt | null {
  const read = readJson(join(folder, EVIDENCE_FILE)) as StoredAttempt | null;
  return read?.format === EVIDENCE_FORMAT ? read : null;
}

/**
 * Puts evidence of an earlier attempt into a new one's folder, as that of run `index`: the same files under another name, since nobody writes
 * to them again. Null where it says nothing of the submission, or is not all there: then the check has to run.
 */
export function keptEvidence(
  from: string,
  stored: StoredEvidence,
  to: string,
  index: number,
): StoredEvidence | null {
  if (stored.kind === 'nothing' && stored.blame === 'platform') return null;
  if (stored.kind !== 'run') return stored;
  const before = join(from, runFolder(stored.index));
  if (![LOG_FILE, RUN_FILES].every((name) => existsSync(join(before, name)))) return null;
  const after = join(to, runFolder(index));
  mkdirSync(after, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(before)) {
    try {
      linkSync(join(before, name), join(after, name));
    } catch {
      // A file system without links, or one that has too many of this file.
      copyFileSync(join(before, name), join(after, name));
    }
  }
  return { ...stored, index };
}

/** Evidence as judging takes it. */
export function evidenceOf(folder: string, stored: StoredEvidence): CheckEvidence {
  if (stored.kind !== 'run') return stored;
  const { index, exit, sent } = stored;
  const below = join(folder, runFolder(index));
  const files = readJson(join(below, RUN_FILES)) as { readonly [path: string]: EvidenceFile } | null;
  if (files === null || !existsSync(join(below, LOG_FILE)))
    return { kind: 'nothing', blame: 'platform', message: 'The trace of this check is not kept any more.' };
  return {
    kind: 'run',
    run: {
      index,
      exit,
      sent,
      files: new Map(Object.entries(files)),
      events: eventsIn(join(below, LOG_FILE)),
    },
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Events of a log that the controller wrote; a last line that is cut short is none. */
function* eventsIn(path: string): Generator<RunEvent> {
  for (const { text, whole } of fileLines(path)) if (whole && text !== '') yield JSON.parse(text) as RunEvent;
}
