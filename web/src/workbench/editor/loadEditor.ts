/** Loads Monaco once, when the first file is shown, and keeps it in step with the session and the theme. */
import { shownTheme } from '../../app/theme.ts';
import { notify } from '../../app/notices.ts';
import type { Session } from '../../session/session.ts';
import { tokenPixels } from '../../ui/tokenColours.ts';
import { EditorModels } from './editorModels.ts';
import { applyEditorTheme } from './editorTheme.ts';
import type { monaco as Monaco } from './monaco.ts';

export interface LoadedEditor {
  readonly monaco: typeof Monaco;
  readonly models: EditorModels;
}

let loading: Promise<LoadedEditor> | null = null;

export function loadEditor(session: Session): Promise<LoadedEditor> {
  loading ??= load(session).catch((failure: unknown) => {
    // A later attempt may find the server again.
    loading = null;
    throw failure;
  });
  return loading;
}

async function load(session: Session): Promise<LoadedEditor> {
  const { monaco } = await import('./monaco.ts');
  const models = new EditorModels(monaco, session);
  session.onText((path, text) => models.follow(path, text));
  let bench = benchShown(session);
  session.store.subscribe(() => {
    const now = benchShown(session);
    // A bench that is read anew after an outage is the same bench.
    if (now !== bench) models.clear();
    bench = now;
  });
  applyEditorTheme(monaco, shownTheme.getState().theme);
  shownTheme.subscribe(({ theme }) => applyEditorTheme(monaco, theme));
  await document.fonts.load(`${tokenPixels('--text-m')}px 'JetBrains Mono Variable'`);
  monaco.editor.remeasureFonts();
  return { monaco, models };
}

/** Id of the bench on the screen, also while it is being opened. */
function benchShown(session: Session): string | null {
  const { bench } = session.state;
  return bench.status === 'open' ? bench.info.id : bench.status === 'none' ? null : bench.id;
}

let teaching: Promise<void> | null = null;

/** Loads what TypeScript needs; the editor works without, only less helpfully. */
export function loadPolicyLanguage(session: Session): Promise<void> {
  teaching ??= teach(session).catch(() => {
    teaching = null;
    notify({
      level: 'warning',
      title: 'No help for the policy now',
      text: 'Completion and checking could not be loaded. Editing and saving work; open the file again to retry.',
    });
  });
  return teaching;
}

async function teach(session: Session): Promise<void> {
  const { teachPolicyTypes } = await import('./policyLanguage.ts');
  const { meta } = session.state;
  if (meta !== null) teachPolicyTypes(meta.policyTypes);
  session.store.subscribe((state, before) => {
    if (state.meta !== null && state.meta !== before.meta) teachPolicyTypes(state.meta.policyTypes);
  });
}
