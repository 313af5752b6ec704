/** A request whose failure is told to the person: the one converter from what went wrong to what is shown. */
import type { Replies, RequestBody, RequestName } from '@sandtable/shared/protocol';
import type { Connection } from './connection.ts';

export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  readonly title: string;
  readonly text?: string;
}

interface AskingParts {
  readonly connection: Connection;
  readonly notify: (notice: Notice) => void;
}

/** @returns the answer, or null after a failure was told under `title`. */
export async function askOrTell<N extends RequestName>(
  { connection, notify }: AskingParts,
  title: string,
  name: N,
  body: RequestBody<N>,
): Promise<Replies[N] | null> {
  const answer = await connection.request(name, body);
  if (answer.ok) return answer.value;
  // A guest that ended while one typed is nothing to be told about.
  if (answer.error.code !== 'not-running') notify({ level: 'error', title, text: answer.error.message });
  return null;
}
