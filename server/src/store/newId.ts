/** Ids and secrets that nobody can guess. */
import { createHash, randomBytes } from 'node:crypto';

/** A new id of anything: 96 random bits. */
export function newId(): string {
  return randomBytes(12).toString('base64url');
}

/** What its holder may do something with: 256 random bits. Only {@link hashOf} it is ever stored. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored in place of a token. A token cannot be guessed, so a plain hash of it says nothing. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
