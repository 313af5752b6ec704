import type { CommentAnchor } from '@sandtable/shared/progressMessages';
import type { Comment, WorkOrigin } from '@sandtable/shared/progressReplies';
import { MessageSquare } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useStore } from 'zustand';
import { goTo, linkTo } from '../app/route.ts';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { textOf } from '../session/workFile.ts';
import { Button } from '../ui/Button.tsx';
import { cursorLine } from '../workbench/editor/cursorLine.ts';
import { useTrace } from '../workbench/trace/useTrace.ts';
import { openFile, view } from '../workbench/view.ts';
import './comments.css';

/** What staff and student say of a work, above its panels; nothing at a bench of one's own. */
export default function CommentsBar({ bench }: { readonly bench: string }) {
  const origin = useRequest('work.origin', { bench });
  const work = origin.asked.state === 'ready' ? origin.asked.value : null;
  if (work === null || (work.assignment === null && !work.copy)) return null;
  return <Comments bench={bench} work={work} />;
}

function Comments({ bench, work }: { readonly bench: string; readonly work: WorkOrigin }) {
  const session = useSession();
  const request = useRequest('comment.list', { bench: work.bench });
  const { change } = request;
  const [open, setOpen] = useState(false);
  const id = useId();
  useEffect(
    () =>
      session.on('comment.changed', ({ bench: of, comments }) => {
        if (of === work.bench) change(() => comments);
      }),
    [session, change, work.bench],
  );
  const comments = request.asked.state === 'ready' ? request.asked.value : [];
  const unresolved = comments.filter(({ resolvedAt }) => resolvedAt === null).length;
  const resolve = async (comment: Comment) => {
    const after = await session.ask('The comment was not changed', 'comment.resolve', {
      bench: work.bench,
      comment: comment.id,
      resolved: comment.resolvedAt === null,
    });
    if (after !== null) change(() => after);
  };
  return (
    <section className="comments" aria-label="Comments">
      <div className="comments-head">
        <Button small aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          <MessageSquare className="icon icon-s" aria-hidden />
          {comments.length === 0
            ? 'No comments'
            : `Comments: ${String(unresolved)} open, ${String(comments.length)} in all`}
        </Button>
        {work.copy ? (
          <span className="dim">
            A copy of the work of {work.name}: what you change here stays here, what you say is shown there.
          </span>
        ) : null}
        {work.course === null ? null : <a href={linkTo('courses', work.course)}>The course</a>}
      </div>
      <div id={id} hidden={!open} className="comments-body">
        {open ? (
          <>
            {request.asked.state === 'failed' ? <p role="alert">{request.asked.message}</p> : null}
            <ul className="comments-list" tabIndex={0} aria-label="What was said">
              {comments.map((comment) => (
                <li key={comment.id} data-resolved={comment.resolvedAt !== null}>
                  <p className="comments-meta dim">
                    {comment.by},{' '}
                    {new Date(comment.at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
                    {comment.resolvedAt === null ? '' : ' · resolved'}{' '}
                    <Place anchor={comment.anchor} bench={bench} />
                  </p>
                  <p className="comments-text">{comment.text}</p>
                  <Button small kind="plain" onClick={() => void resolve(comment)}>
                    {comment.resolvedAt === null ? 'Resolve' : 'Open again'}
                    <span className="unseen"> {comment.text.slice(0, 60)}</span>
                  </Button>
                </li>
              ))}
            </ul>
            <NewComment bench={bench} work={work.bench} onAdded={(after) => change(() => after)} />
          </>
        ) : null}
      </div>
    </section>
  );
}

/** Where a comment stands, as a way to it where there is one from this bench. */
function Place({ anchor, bench }: { readonly anchor: CommentAnchor; readonly bench: string }) {
  const session = useSession();
  if (anchor.on === 'bench') return null;
  if (anchor.on === 'line') {
    const words = `${anchor.path}:${String(anchor.line)}`;
    return (
      <>
        {session.state.files[anchor.path] === undefined ? (
          words
        ) : (
          <button
            type="button"
            className="link code"
            onClick={() => openFile(anchor.path, { line: anchor.line, mark: true })}
          >
            {words}
          </button>
        )}{' '}
        <code>{anchor.text}</code>
      </>
    );
  }
  const words = `row ${String(anchor.n)}`;
  return (
    <>
      {anchor.bench === bench ? (
        <button
          type="button"
          className="link"
          onClick={() => goTo('bench', bench, 'run', anchor.run, 'row', String(anchor.n))}
        >
          {words}
        </button>
      ) : (
        `${words} of a run elsewhere`
      )}{' '}
      <code>{anchor.text}</code>
    </>
  );
}

interface NewCommentProps {
  readonly bench: string;
  readonly work: string;
  readonly onAdded: (comments: readonly Comment[]) => void;
}

function NewComment({ bench, work, onAdded }: NewCommentProps) {
  const session = useSession();
  const file = useStore(view, (state) => state.activeFile);
  const trace = useTrace();
  const [on, setOn] = useState<'bench' | 'line' | 'row'>('line');
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const row = trace.selectedRow;
  const run = session.state.run?.run ?? null;
  const kind = (on === 'line' && file === null) || (on === 'row' && row === null) ? 'bench' : on;
  const anchorOf = (): CommentAnchor => {
    if (kind === 'line' && file !== null) {
      const line = cursorLine(file) ?? 1;
      const open = session.state.files[file];
      const content = open === undefined ? '' : (textOf(open) ?? '');
      return {
        on: 'line',
        path: file,
        line,
        text: (content.split('\n')[line - 1] ?? '').trim().slice(0, 300),
      };
    }
    if (kind === 'row' && row !== null && run !== null)
      return {
        on: 'row',
        bench,
        run,
        n: row.n,
        text: `${row.call} ${row.path ?? ''} ${row.verdict}`.slice(0, 300),
      };
    return { on: 'bench' };
  };
  const add = async () => {
    if (text.trim() === '') return;
    const answer = await session.request('comment.add', {
      bench: work,
      anchor: anchorOf(),
      text: text.trim(),
    });
    setRefusal(answer.ok ? null : answer.error.message);
    if (!answer.ok) return;
    setText('');
    onAdded(answer.value);
  };
  return (
    <form
      className="comments-new"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label>
        About
        <select className="field" value={kind} onChange={(event) => setOn(event.target.value as typeof on)}>
          <option value="line" disabled={file === null}>
            {file === null ? 'a line' : `the line of the cursor in ${file}`}
          </option>
          <option value="row" disabled={row === null}>
            {row === null ? 'the row selected in the trace' : `row ${String(row.n)} of the trace`}
          </option>
          <option value="bench">the whole work</option>
        </select>
      </label>
      <label className="comments-field">
        Comment
        <textarea
          className="field"
          rows={2}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <Button type="submit" kind="plain" aria-disabled={text.trim() === ''}>
        Comment
      </Button>
      <p className="asking-complaint" role="alert">
        {refusal ?? ''}
      </p>
    </form>
  );
}
