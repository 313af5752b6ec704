import type { Replies } from '@sandtable/shared/protocol';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useSession, useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { byteSize } from '../../ui/numbers.ts';
import { useFiles } from '../files/useFiles.ts';
import { useMomentPlaces } from '../time/momentPlaces.ts';
import { useFocusWish } from '../useFocusWish.ts';
import { view } from '../view.ts';
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
      <GuestText path={path} text={read.content.text} />
    </div>
  );
}

/** The text, with the line that somebody was sent to, or that the moment of the run stands at. */
function GuestText({ path, text }: { readonly path: string; readonly text: string }) {
  const asked = useStore(view, ({ reveal }) => (reveal?.path === path ? reveal : null));
  const caller = useMomentPlaces().caller;
  const moment = caller?.path === path ? caller.line : null;
  const line = moment ?? asked?.line ?? null;
  const turn = asked?.turn ?? 0;
  const shown = useRef<HTMLElement>(null);
  const area = useRef<HTMLPreElement>(null);
  useFocusWish('editor', path, () => area.current?.focus());
  useEffect(() => {
    // What it returns is a promise in some browsers, and an effect must not.
    shown.current?.scrollIntoView({ block: 'center' });
  }, [line, turn]);
  const lines = useMemo(() => text.split('\n'), [text]);
  const parts =
    line === null || line > lines.length
      ? null
      : ([lines.slice(0, line - 1), lines[line - 1]!, lines.slice(line)] as const);
  return (
    <pre ref={area} className="hex" tabIndex={0} aria-label={`Text of ${path}`}>
      {parts === null ? (
        text
      ) : (
        <>
          {parts[0].map((each) => `${each}\n`).join('')}
          <mark
            ref={shown}
            className={moment === null ? 'guest-line line-asked-for' : 'guest-line line-of-moment'}
          >
            {parts[1]}
            {'\n'}
          </mark>
          {parts[2].join('\n')}
        </>
      )}
    </pre>
  );
}
