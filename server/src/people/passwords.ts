/**
 * Hashes of passwords: argon2id. A guess costs an attacker who has the database what it costs us: some 20 ms and 19 MB.
 *
 * Verifying takes as long where nobody goes by the name, so that the time says nothing of who is here.
 */
import { hash, verify } from '@node-rs/argon2';

/** argon2id is the library's own choice. What OWASP asks for at least; a class that signs in at nine o'clock is through in seconds. */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Hashes at once: the pool of threads that does them is also the disk's. */
const AT_ONCE = 2;

/** That wait for their turn, some seconds of work; more are refused. */
const MOST_WAITING = 300;

export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #nobody: Promise<string> | null = null;

  /** Null: too many at once. */
  async hash(password: string): Promise<string | null> {
    return this.#inTurn(() => hash(plain(password), COST));
  }

  /** @param secret the stored hash; null takes as long and is false. Null: too many at once. */
  async verify(secret: string | null, password: string): Promise<boolean | null> {
    const against = secret ?? (await (this.#nobody ??= hash('nobody has this password', COST)));
    const right = await this.#inTurn(() => verify(against, plain(password)));
    return right === null ? null : right && secret !== null;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The same password from whatever keyboard it was typed on. */
function plain(password: string): string {
  return password.normalize('NFKC');
}
