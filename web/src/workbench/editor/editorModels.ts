/**
 * One Monaco model for each text file that was opened, joined to the bench's {@link FileSync} in both directions: what is typed
 * goes to `edit`; what comes from elsewhere becomes the smallest change to the model, so that cursors, selections and the
 * undo stack of whoever types here stay.
 */
import { textOf } from '../../session/workFile.ts';
import { replacementOf } from '../../session/mergeText.ts';
import type { Session } from '../../session/session.ts';
import type { monaco as Monaco } from './monaco.ts';

/** Hues are for verdicts here. */
const PLAIN_BRACKETS = { enabled: false, independentColorPoolPerBracketType: false };

type Model = Monaco.editor.ITextModel;

export class EditorModels {
  readonly #monaco: typeof Monaco;
  readonly #session: Session;
  readonly #models = new Map<string, { model: Model; dispose: () => void }>();
  #following = false;

  constructor(monaco: typeof Monaco, session: Session) {
    this.#monaco = monaco;
    this.#session = session;
  }

  /** The model of a bench file, or null where it has no text here (binary, or not fetched yet). */
  get(path: string): Model | null {
    const known = this.#models.get(path);
    if (known !== undefined) return known.model;
    const file = this.#session.files?.files[path];
    const text = file === undefined ? null : textOf(file);
    return text === null ? null : this.#make(path, text);
  }

  /** The text changed somewhere else. */
  follow(path: string, text: string): void {
    const model = this.#models.get(path)?.model;
    if (model === undefined) return;
    const change = replacementOf(model.getValue(), text);
    if (change === null) return;
    const from = model.getPositionAt(change.from);
    const to = model.getPositionAt(change.to);
    this.#following = true;
    model.pushEditOperations(
      null,
      [{ range: this.#monaco.Range.fromPositions(from, to), text: change.text }],
      () => null,
    );
    this.#following = false;
  }

  forget(path: string): void {
    const known = this.#models.get(path);
    this.#models.delete(path);
    known?.dispose();
  }

  /** Another bench is opened: nothing of this one stays. */
  clear(): void {
    for (const path of [...this.#models.keys()]) this.forget(path);
  }

  #make(path: string, text: string): Model {
    const uri = this.#monaco.Uri.parse(`file:///bench/${path.split('/').map(encodeURIComponent).join('/')}`);
    const model = this.#monaco.editor.createModel(text, languageOf(path), uri);
    model.updateOptions({
      tabSize: path.endsWith('.py') ? 4 : 2,
      insertSpaces: true,
      bracketColorizationOptions: PLAIN_BRACKETS,
    });
    const listening = model.onDidChangeContent(() => {
      if (!this.#following) this.#session.files?.edit(path, model.getValue());
    });
    this.#models.set(path, {
      model,
      dispose: () => {
        listening.dispose();
        model.dispose();
      },
    });
    return model;
  }
}

export function languageOf(path: string): string {
  if (path.endsWith('.py')) return 'python';
  if (path.endsWith('.ts')) return 'typescript';
  if (path.endsWith('.md')) return 'markdown';
  return 'plaintext';
}
