import { notify } from '../app/notices.ts';
import { Button } from '../ui/Button.tsx';
import { When } from './When.tsx';

export interface ShownLink {
  readonly title: string;
  readonly code: string;
  readonly expiresAt: string;
}

/** A link that was just made. It is shown this once: the server keeps no copy of it. */
export function NewLink({
  link,
  onClose,
}: {
  readonly link: ShownLink | null;
  readonly onClose: () => void;
}) {
  if (link === null) return null;
  const url = `${location.origin}${location.pathname}#/invitation/${link.code}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      notify({ level: 'info', title: 'The link was copied' });
    } catch {
      notify({
        level: 'warning',
        title: 'The link was not copied',
        text: 'The browser does not allow it. Select the link and copy it yourself.',
      });
    }
  };
  return (
    <div className="people-link" role="status">
      <b>{link.title}</b>
      <code>{url}</code>
      <p className="dim">
        It works once, until <When at={link.expiresAt} />. Send it now: it is not shown again.
      </p>
      <p className="people-actions">
        <Button kind="main" onClick={() => void copy()}>
          Copy
        </Button>
        <Button onClick={onClose}>Done</Button>
      </p>
    </div>
  );
}
