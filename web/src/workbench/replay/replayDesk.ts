/**
 * The page's side of the worker that judges recorded runs. One question is under way at a time; of those that come meanwhile only the
 * newest of each kind is asked. A worker that does not answer in time is ended, and the next question starts another.
 */
import type { Answer, FromReplayWorker, Question, ToReplayWorker } from './replayMessages.ts';

/** A megabyte of trace takes a tenth of a second, a policy that hangs for ever: in between lies this. */
const ANSWER_MS = 20_000;

interface Waiting {
  readonly question: Question;
  readonly resolve: (answer: Answer | null) => void;
}

export interface WorkerLike {
  onmessage: ((event: MessageEvent<FromReplayWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToReplayWorker): void;
  terminate(): void;
}

export class ReplayDesk {
  readonly #start: () => Promise<WorkerLike>;
  #worker: WorkerLike | null = null;
  #parts: Readonly<Record<string, string>> = {};
  #now: Waiting | null = null;
  readonly #next = new Map<Question['type'], Waiting>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastId = 0;

  constructor(start: () => Promise<WorkerLike>) {
    this.#start = start;
  }

  /** Sources of the policies that others may import. */
  setParts(parts: Readonly<Record<string, string>>): void {
    this.#parts = parts;
    this.#worker?.postMessage({ type: 'parts', parts });
  }

  /** Null where a newer question of the kind took its place. */
  ask(question: Question): Promise<Answer | null> {
    return new Promise((resolve) => {
      this.#next.get(question.type)?.resolve(null);
      this.#next.delete(question.type);
      this.#next.set(question.type, { question, resolve });
      if (this.#now === null) void this.#goOn();
    });
  }

  dispose(): void {
    this.#end();
    this.#now?.resolve(null);
    for (const { resolve } of this.#next.values()) resolve(null);
    this.#now = null;
    this.#next.clear();
  }

  async #goOn(): Promise<void> {
    // The one that has waited longest.
    const [waiting = null] = this.#next.values();
    this.#now = waiting;
    if (waiting === null) return;
    this.#next.delete(waiting.question.type);
    try {
      this.#worker ??= await this.#begin();
    } catch {
      this.#answered({
        type: 'failed',
        message: 'What judges runs in the page could not be loaded. Try again.',
      });
      return;
    }
    const id = ++this.#lastId;
    this.#worker.onmessage = ({ data }) => {
      if (data.id === id) this.#answered(data.answer);
    };
    this.#worker.onerror = () => this.#broken('What judges runs in the page broke down. Try again.');
    this.#timer = setTimeout(
      () => this.#broken('The policy takes too long to judge this run, and was ended.'),
      ANSWER_MS,
    );
    this.#worker.postMessage({ type: 'ask', id, question: waiting.question });
  }

  async #begin(): Promise<WorkerLike> {
    const worker = await this.#start();
    worker.postMessage({ type: 'parts', parts: this.#parts });
    return worker;
  }

  #broken(message: string): void {
    this.#end();
    this.#answered({ type: 'failed', message });
  }

  #answered(answer: Answer): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#now?.resolve(answer);
    void this.#goOn();
  }

  #end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#worker?.terminate();
    this.#worker = null;
  }
}
