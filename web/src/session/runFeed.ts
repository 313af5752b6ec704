/**
 * One run as this page follows it: the state after everything that arrived, the rows that were looked at, and the terminal's
 * text on its way to the screen.
 *
 * Snapshots and batches may come twice or out of step (an answer and an announcement say the same thing; a line that broke
 * lost some). A batch that does not follow is NEVER applied in part: `behind` asks the session to read anew from `state.to`.
 */
import type { CallEvent } from '@sandtable/shared/events';
import type { Batch, RunSnapshot } from '@sandtable/shared/protocol';
import { applyBatch, tailText, type SessionState } from '@sandtable/shared/session';
import type { RowCache } from './rowCache.ts';

/** Where terminal text goes. `begin` starts an empty screen; `cut` characters before `text` are not kept any more. */
export interface TerminalSink {
  /** `past`: what it asks the terminal is no question to be answered now. */
  begin(text: string, cut: number, past?: 'past'): void;
  write(text: string): void;
}

export type FeedResult = 'applied' | 'known' | 'behind' | 'other-run';

export class RunFeed {
  readonly rows: RowCache;
  #state: SessionState;
  #sink: TerminalSink | null = null;

  constructor(snapshot: RunSnapshot, rows: RowCache) {
    this.#state = snapshot.state;
    this.rows = rows;
    rows.add(snapshot.state.rows);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Connects the terminal and brings it up to date. */
  show(sink: TerminalSink): void {
    this.#sink = sink;
    sink.begin(tailText(this.#state.terminal), this.#state.terminal.cut);
  }

  batch(batch: Batch): FeedResult {
    if (batch.run === this.#state.run && batch.to <= this.#state.to) return 'known';
    const applied = applyBatch(this.#state, batch);
    if (!applied.ok) return applied.reason;
    this.#state = applied.state;
    const calls: CallEvent[] = [];
    let text = '';
    for (const event of batch.events) {
      if (event.type === 'call') calls.push(event);
      else if (event.type === 'out') text += event.data;
    }
    this.rows.add(calls);
    if (text !== '') this.#sink?.write(text);
    return 'applied';
  }

  /** Where things stand at the server, for the same run. */
  snapshot(snapshot: RunSnapshot): FeedResult {
    if (snapshot.run !== this.#state.run) return 'other-run';
    if (snapshot.to <= this.#state.to) return 'known';
    const shown = this.#state.terminal.total;
    this.#state = snapshot.state;
    this.rows.add(snapshot.state.rows);
    const { terminal } = snapshot.state;
    if (terminal.cut <= shown) {
      // Nothing is missing between what stands on the screen and what was sent.
      const news = terminal.blocks.join('').slice(shown - terminal.cut);
      if (news !== '') this.#sink?.write(news);
    } else this.#sink?.begin(tailText(terminal), terminal.cut);
    return 'applied';
  }
}
