import type { Replies } from '@sandtable/shared/protocol';
import { useEffect, useState } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { byteSize } from '../../ui/numbers.ts';
import { useFiles } from '../files/useFiles.ts';
import { BinaryView } from './BinaryView.tsx';

type Read = Replies['world.read'];

/** A file of the guest's world that is not on the bench: to read, and to keep where the guest made it. */
export function GuestFile({ path }: { readonly path: string }) {
  const session = useSession();
  const { actions } = useFiles();
  const bench = useWork((state) => (state.bench.status === 'open' ? state.bench.info.id : null));
  // A run that goes on may write it again; its end is a good moment to look once more.
  const phase = useWork((state) => state.run?.phase);
  const [read, setRead] = useState<Read | string | null>(null);
  useEffect(() => {
    if (bench === null) return;
    let gone = false;
    void session.request('world.read', { bench, path }).then((answer) => {
      if (!gone) setRead(answer.ok ? answer.value : answer.error.message);
    });
    return () => {
      gone = true;
    };
  }, [session, bench, path, phase]);
  if (read === null) {
    return (
      <div className="empty" role="status">
        Reading {path} …
      </div>
    );
  }
  if (typeof read === 'string') {
    return (
      <div className="empty" role="alert">
        <p>
          <span className="code">{path}</span> cannot be shown: {read}
        </p>
      </div>
    );
  }
  if (read.content.encoding === 'base64') return <BinaryView path={path} content={read.content} />;
  return (
    <div className="editor-panel">
      <div className="banner">
        <span className="banner-text">
          The guest’s own file, to read: {byteSize(read.size)}
          {read.cut ? `, the first ${byteSize(read.content.text.length)} shown` : ''}.
        </span>
        {path.startsWith('/tmp/') ? (
          <Button kind="plain" small onClick={() => void actions.keep(path)}>
            Keep it in the bench
          </Button>
        ) : null}
      </div>
      <pre className="hex" tabIndex={0} aria-label={`Text of ${path}`}>
        {read.content.text}
      </pre>
    </div>
  );
}
