/** Short messages to the person: what failed, what was kept, what to do. */
import { createStore } from 'zustand/vanilla';
import type { Notice } from '../session/askOrTell.ts';

export interface ShownNotice extends Notice {
  readonly id: number;
  readonly times: number;
}

/** More would cover what one works on; the oldest goes. */
const NOTICES_SHOWN = 4;

/** Good news goes by itself; an error stays until it was read. */
const INFO_STAYS_MS = 6_000;

export const notices = createStore<readonly ShownNotice[]>(() => []);

let last = 0;

export function notify(notice: Notice): void {
  const list = notices.getState();
  const same = list.find((shown) => shown.title === notice.title && shown.text === notice.text);
  if (same !== undefined) {
    notices.setState(
      list.map((shown) => (shown === same ? { ...same, times: same.times + 1 } : shown)),
      true,
    );
    return;
  }
  const id = ++last;
  notices.setState([...list, { ...notice, id, times: 1 }].slice(-NOTICES_SHOWN), true);
  if (notice.level === 'info') setTimeout(() => dismissNotice(id), INFO_STAYS_MS);
}

export function dismissNotice(id: number): void {
  notices.setState(
    notices.getState().filter((shown) => shown.id !== id),
    true,
  );
}
