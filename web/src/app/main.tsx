import './withoutEval.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import { App } from './App.tsx';
import { makePage } from './page.ts';
import { reopenLastBench } from './route.ts';
import { followTheme } from './theme.ts';

followTheme();
reopenLastBench();
createRoot(document.getElementById('page')!).render(<App parts={makePage()} />);
