import './withoutEval.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import { Entrance } from '../people/Entrance.tsx';
import { askWhoIsThere, cutOff, partsAreMade } from '../people/entry.ts';
import { App } from './App.tsx';
import { makePage, type PageParts } from './page.ts';
import { reopenLastBench } from './route.ts';
import { followTheme } from './theme.ts';

followTheme();
reopenLastBench();
void askWhoIsThere();

/** Made when somebody is in, once. */
let parts: PageParts | null = null;

function inside() {
  if (parts === null) {
    parts = makePage(cutOff);
    partsAreMade();
  }
  return <App parts={parts} />;
}

createRoot(document.getElementById('page')!).render(<Entrance>{inside}</Entrance>);
