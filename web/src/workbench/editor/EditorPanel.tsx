import { Lock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { textOf, type WorkFile } from '../../session/workFile.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { BinaryView } from './BinaryView.tsx';
import { GuestFile } from './GuestFile.tsx';
import { CodeEditor } from './CodeEditor.tsx';
import { languageOf } from './editorModels.ts';
import { loadEditor, loadPolicyLanguage, type LoadedEditor } from './loadEditor.ts';
import './editor.css';

/** One file: of the bench to edit, or another of the guest's world (an absolute path) to read. */
export function EditorPanel({ path }: { readonly path: string }) {
  return path.startsWith('/') ? <GuestFile path={path} /> : <BenchFile path={path} />;
}

function BenchFile({ path }: { readonly path: string }) {
  const file = useWork((state) => state.files[path]);
  const loaded = useLoadedEditor(path);
  const failure = useContent(path, file);
  if (file === undefined) {
    return (
      <div className="empty">
        <p>
          <span className="code">{path}</span> is not on the bench any more. Close this tab, or make the file
          anew in Files.
        </p>
      </div>
    );
  }
  if (failure !== null) return <Problem text={failure} />;
  if (loaded === 'failed')
    return <Problem text="The editor could not be loaded. Your files are safe; reload the page." />;
  if (file.content?.encoding === 'base64' && file.draft === null)
    return <BinaryView path={path} content={file.content} />;
  const model = loaded !== 'loading' && textOf(file) !== null ? loaded.models.get(path) : null;
  return (
    <div className="editor-panel">
      <FileBanner file={file} />
      {loaded === 'loading' || model === null ? (
        <div className="empty" role="status">
          Loading {path} …
        </div>
      ) : (
        <CodeEditor loaded={loaded} model={model} path={path} readOnly={file.readOnly} />
      )}
    </div>
  );
}

function Problem({ text }: { readonly text: string }) {
  return (
    <div className="empty" role="alert">
      <p>{text}</p>
    </div>
  );
}

function useLoadedEditor(path: string): LoadedEditor | 'loading' | 'failed' {
  const session = useSession();
  const [loaded, setLoaded] = useState<LoadedEditor | 'loading' | 'failed'>('loading');
  useEffect(() => {
    let gone = false;
    const wanted =
      languageOf(path) === 'typescript'
        ? loadEditor(session).then(async (editor) => {
            // Before the first TypeScript model exists: its services are attached as models appear.
            await loadPolicyLanguage(session);
            return editor;
          })
        : loadEditor(session);
    wanted.then(
      (editor) => {
        if (!gone) setLoaded(editor);
      },
      () => {
        if (!gone) setLoaded('failed');
      },
    );
    return () => {
      gone = true;
    };
  }, [path, session]);
  return loaded;
}

/** Fetches what the bench did not send along. @returns why that failed. */
function useContent(path: string, file: WorkFile | undefined): string | null {
  const session = useSession();
  const [failure, setFailure] = useState<string | null>(null);
  const missing = file !== undefined && file.content === null && file.draft === null;
  const online = useWork((state) => state.connection === 'online');
  useEffect(() => {
    if (!missing || !online) return;
    void session.files?.load(path).then((error) => setFailure(error?.message ?? null));
  }, [missing, online, path, session]);
  return missing ? failure : null;
}

function FileBanner({ file }: { readonly file: WorkFile }) {
  const session = useSession();
  if (file.readOnly) {
    return (
      <p className="editor-lock">
        <Lock className="icon icon-s" aria-hidden /> <span className="code">{file.path}</span> belongs to the
        lab: to read, not to change.
      </p>
    );
  }
  if (file.status === 'conflict') {
    const keep = (which: 'mine' | 'theirs') => session.files?.resolve(file.path, which);
    return (
      <div className="banner" role="alert">
        <span className="banner-text">
          Somebody else saved <span className="code">{file.path}</span> on the same lines while you were
          typing. Nothing is lost: yours stands here, theirs on the server.
        </span>
        <Button kind="plain" small onClick={() => keep('mine')}>
          Keep mine
        </Button>
        <Button kind="plain" small onClick={() => keep('theirs')}>
          Take theirs
        </Button>
      </div>
    );
  }
  if (file.status === 'refused') {
    return (
      <div className="banner" data-level="error" role="alert">
        <span className="banner-text">Not saved: {file.problem} Your text is kept in this browser.</span>
        <Button kind="plain" small onClick={() => void session.files?.flush(file.path)}>
          Try again
        </Button>
      </div>
    );
  }
  return null;
}
