/** Resolves the chosen theme with the system's wishes and writes it to the root, where tokens.css reads it. */
import { createStore } from 'zustand/vanilla';
import { preferences } from './preferences.ts';

export type ThemeName = 'dark' | 'light' | 'contrast-dark' | 'contrast-light';

const wantsLight = matchMedia('(prefers-color-scheme: light)');
const wantsContrast = matchMedia('(prefers-contrast: more)');

function resolve(): ThemeName {
  const { theme } = preferences.getState();
  const shade = wantsLight.matches ? 'light' : 'dark';
  if (theme === 'contrast') return `contrast-${shade}`;
  if (theme !== 'system') return theme;
  return wantsContrast.matches ? `contrast-${shade}` : shade;
}

/** What is on the screen; changes after the root's attributes have, so that a listener reads the new tokens. */
export const shownTheme = createStore<{ readonly theme: ThemeName; readonly projector: boolean }>(() => ({
  theme: resolve(),
  projector: preferences.getState().projector,
}));

/** Follows preferences and system from now on. Call once, before the first paint. */
export function followTheme(): void {
  const apply = (): void => {
    const theme = resolve();
    const { projector } = preferences.getState();
    const root = document.documentElement;
    root.dataset['theme'] = theme;
    root.dataset['projector'] = projector ? 'on' : 'off';
    const shown = shownTheme.getState();
    if (shown.theme !== theme || shown.projector !== projector) shownTheme.setState({ theme, projector });
  };
  apply();
  preferences.subscribe(apply);
  wantsLight.addEventListener('change', apply);
  wantsContrast.addEventListener('change', apply);
}
