/** What a person chose for this browser, kept in its storage: theme, projector mode, ways of the panels. */
import { createStore } from 'zustand/vanilla';

export const THEMES = ['system', 'dark', 'light', 'contrast'] as const;
export type ThemeChoice = (typeof THEMES)[number];

export interface Preferences {
  readonly theme: ThemeChoice;
  /** Large type for a room. */
  readonly projector: boolean;
  /** xterm's live region, and its output as text; costs speed, so it is a choice. */
  readonly terminalReader: boolean;
  readonly showBoot: boolean;
  /** Runs say of every call which line made it. */
  readonly traceLines: boolean;
  /** The bench that was open last. */
  readonly lastBench: string | null;
}

const DEFAULTS: Preferences = {
  theme: 'system',
  projector: false,
  terminalReader: false,
  showBoot: false,
  traceLines: false,
  lastBench: null,
};

const KEY = 'sandtable.preferences';

function read(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    const theme = THEMES.find((name) => name === stored.theme) ?? DEFAULTS.theme;
    return {
      theme,
      projector: stored.projector === true,
      terminalReader: stored.terminalReader === true,
      showBoot: stored.showBoot === true,
      traceLines: stored.traceLines === true,
      lastBench: typeof stored.lastBench === 'string' ? stored.lastBench : null,
    };
  } catch {
    return DEFAULTS;
  }
}

export const preferences = createStore<Preferences>(read);

export function prefer(part: Partial<Preferences>): void {
  preferences.setState(part);
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.getState()));
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}
