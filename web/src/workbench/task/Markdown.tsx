import { Check, Copy, FileInput, Play } from 'lucide-react';
import { useState, type ComponentPropsWithoutRef, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { useCommands } from '../../app/commandContext.ts';
import { notify } from '../../app/notices.ts';
import { useSession } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { openFile } from '../view.ts';
import { slugOf } from './slug.ts';

/** Prefix of headings' ids, so that a text cannot take the id of a part of the page. */
const HEADING_ID = 'task-';

/** Text of a lab's author. HTML in it is shown as text, never as HTML; pictures and links from elsewhere are not loaded. */
export default function Markdown({ text, script }: { readonly text: string; readonly script?: string }) {
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={componentsFor(script ?? null)}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

const made = new Map<string | null, Components>();

/** The same object for the same script: other ones would make every part anew. */
function componentsFor(script: string | null): Components {
  const known = made.get(script);
  if (known !== undefined) return known;
  const components: Components = {
    // The page has its own first heading, and the panel a second.
    h1: ({ children }) => <Heading level={3}>{children}</Heading>,
    h2: ({ children }) => <Heading level={3}>{children}</Heading>,
    h3: ({ children }) => <Heading level={4}>{children}</Heading>,
    h4: ({ children }) => <Heading level={5}>{children}</Heading>,
    a: ({ href, children }) => <Link href={href}>{children}</Link>,
    img: ({ alt }) => <em>{alt}</em>,
    pre: ({ children }) => <Snippet script={script}>{children}</Snippet>,
    table: ({ children }) => (
      <div className="markdown-table" tabIndex={0} role="group" aria-label="Table">
        <table>{children}</table>
      </div>
    ),
  };
  made.set(script, components);
  return components;
}

function Heading({ level, children }: { readonly level: 3 | 4 | 5; readonly children: ReactNode }) {
  const Tag = `h${level}` as const;
  return (
    <Tag id={`${HEADING_ID}${slugOf(textIn(children))}`} tabIndex={-1}>
      {children}
    </Tag>
  );
}

function Link({ href = '', children }: { readonly href: string | undefined; readonly children: ReactNode }) {
  if (href.startsWith('#')) {
    return (
      <button type="button" className="link" onClick={() => showHeading(href.slice(1))}>
        {children}
      </button>
    );
  }
  if (!/^https?:/.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

export function showHeading(slug: string): void {
  const heading = document.getElementById(`${HEADING_ID}${slug}`);
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
}

function Snippet({ script, children }: { readonly script: string | null; readonly children: ReactNode }) {
  const session = useSession();
  const { run } = useCommands();
  const [copied, setCopied] = useState(false);
  const code = textIn(children).replace(/\n$/, '');
  const python = script !== null && /\blanguage-(python|py)\b/.test(languageIn(children));
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2_000);
      },
      () =>
        notify({
          level: 'warning',
          title: 'Not copied',
          text: 'The browser did not allow it; select the text.',
        }),
    );
  const put = (then: 'show' | 'run') => {
    if (script === null) return;
    session.files?.replace(script, `${code}\n`);
    openFile(script);
    if (then === 'run') run('run.script');
    else
      notify({
        level: 'info',
        title: `${script} is this now`,
        text: 'Ctrl+Z in the editor, or History, brings back what stood there.',
      });
  };
  return (
    <div className="snippet">
      {/* It may be wider than the panel. */}
      <pre tabIndex={0} role="group" aria-label="Code">
        {children}
      </pre>
      <div className="snippet-actions">
        <Button small onClick={() => void copy()}>
          {copied ? (
            <Check className="icon icon-s" aria-hidden />
          ) : (
            <Copy className="icon icon-s" aria-hidden />
          )}
          {copied ? 'Copied' : 'Copy'}
        </Button>
        {python ? (
          <>
            <Button small onClick={() => put('show')}>
              <FileInput className="icon icon-s" aria-hidden /> Put into {script}
            </Button>
            <Button small onClick={() => put('run')}>
              <Play className="icon icon-s" aria-hidden /> Put in and run
            </Button>
          </>
        ) : null}
      </div>
    </div>
  );
}

function languageIn(children: ReactNode): string {
  const props = (children as { readonly props?: ComponentPropsWithoutRef<'code'> } | null)?.props;
  return props?.className ?? '';
}

/** The text of what a Markdown part holds. */
function textIn(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return node.map((each: ReactNode) => textIn(each)).join('');
  const props = (node as { readonly props?: { readonly children?: ReactNode } } | null)?.props;
  return props?.children === undefined ? '' : textIn(props.children);
}
