/**
 * A helper thread that answers questions, one interface for both ends.
 *
 * The thread starts at the first question and is replaced when it dies; questions that it took along are answered with null, so
 * a caller always hears something. Used for work that would hold up the main thread: reading logs, checking policies.
 */
import { parentPort, Worker } from 'node:worker_threads';
import { logFailure } from '../serverLog.ts';

type Questions = { readonly [name: string]: (...args: never[]) => unknown };

interface Question {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** Text of an exception: a bug of ours. */
  readonly threw?: string;
}

/**
 * Answers from the thread; call once, in its entry module. `isNoBug`: a failure that may happen, with the arguments of its question; it
 * is answered with null.
 */
export function answerQuestions(
  questions: Questions,
  isNoBug: (error: unknown, args: readonly unknown[]) => boolean = () => false,
): void {
  const port = parentPort;
  if (port === null) throw new Error('answerQuestions: not in a thread');
  port.on('message', (question: Question) => {
    void (async () => {
      try {
        const value = await (questions[question.name] as (...args: unknown[]) => unknown)(...question.args);
        port.postMessage({ id: question.id, value } satisfies Answer);
      } catch (error) {
        if (isNoBug(error, question.args)) port.postMessage({ id: question.id } satisfies Answer);
        else
          port.postMessage({
            id: question.id,
            threw: String((error as Error).stack ?? error),
          } satisfies Answer);
      }
    })();
  });
}

export class Thread<Q extends Questions> {
  readonly #entry: URL;
  #worker: Worker | null = null;
  #waiting = new Map<number, (value: unknown) => void>();
  #last = 0;
  #closed = false;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** The answer, or null where the thread died over the question or the question was a bug (then it is logged). */
  ask<N extends keyof Q & string>(
    name: N,
    ...args: Parameters<Q[N]>
  ): Promise<Awaited<ReturnType<Q[N]>> | null> {
    if (this.#closed) return Promise.resolve(null);
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, (value) => resolve(value as Awaited<ReturnType<Q[N]>> | null));
      worker.postMessage({ id, name, args } satisfies Question);
    });
  }

  /** Starts the thread before the first question comes. */
  warmUp(): void {
    if (!this.#closed) this.#worker ??= this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#entry);
    worker.on('message', (answer: Answer) => {
      if (answer.threw !== undefined) logFailure('a helper thread failed', answer.threw);
      const resolve = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      resolve?.(answer.value ?? null);
    });
    worker.on('error', (error) => logFailure('a helper thread died', error));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const resolve of lost) resolve(null);
    });
    return worker;
  }
}
