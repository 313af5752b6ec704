/** The trace of a run as a file: version 1 of `shared/src/events.ts`, one JSON object a line. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { SideEvent } from '../sandbox/index.ts';
import { oneLineJson } from '@sandtable/shared/printable';

/** Lines are gathered to this many characters, so that a row costs no system call. */
const BUFFER_CHARS = 64 * 1024;

export class TraceFile {
  readonly #fd: number;
  readonly #began = performance.now();
  #buffer = '';
  #seq = 0;

  /** Throws where the file cannot be made. */
  constructor(file: string) {
    this.#fd = openSync(file, 'w', 0o644);
  }

  call(tail: string): void {
    this.#line(tail);
  }

  event(body: SideEvent): void {
    this.#line(JSON.stringify(body).slice(1));
  }

  #line(tail: string): void {
    this.#buffer += `{"seq":${String(++this.#seq)},"t":${String(Math.round((performance.now() - this.#began) * 1000))},${oneLineJson(tail)}\n`;
    if (this.#buffer.length >= BUFFER_CHARS) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer);
    this.#buffer = '';
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }
}
