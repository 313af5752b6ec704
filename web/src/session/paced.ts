/** Something that is done at once when it is asked for, and then at most once in a while however often it is asked for. */

export class Paced {
  readonly #act: () => void;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asked = false;

  constructor(act: () => void, everyMs: number) {
    this.#act = act;
    this.#everyMs = everyMs;
  }

  /** Whether it was done a moment ago, so that what is asked for now is done later. */
  get resting(): boolean {
    return this.#timer !== null;
  }

  ask(): void {
    if (this.#timer !== null) {
      this.#asked = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#asked) return;
      this.#asked = false;
      this.ask();
    }, this.#everyMs);
    this.#act();
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#asked = false;
  }
}
