import { CircleAlert, Info, TriangleAlert, X } from 'lucide-react';
import { useStore } from 'zustand';
import { IconButton } from '../ui/Button.tsx';
import { dismissNotice, notices } from './notices.ts';

const ICONS = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;
const WORDS = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

export function Notices() {
  const list = useStore(notices);
  return (
    <div role="log" aria-label="Messages" aria-live="polite">
      <ul className="toasts">
        {list.map(({ id, level, title, text, times }) => {
          const Icon = ICONS[level];
          return (
            <li key={id} className="toast" data-level={level}>
              <Icon className="icon" aria-label={WORDS[level]} />
              <span className="toast-title">
                {title}
                {times > 1 ? <span className="dim"> ({times} times)</span> : null}
              </span>
              <IconButton label="Dismiss" small onClick={() => dismissNotice(id)}>
                <X className="icon icon-s" aria-hidden />
              </IconButton>
              {text === undefined ? null : <span className="toast-text">{text}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
