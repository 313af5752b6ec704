import type { ReactNode } from 'react';
import type { Asked, Request } from '../session/useRequest.ts';
import { Button } from '../ui/Button.tsx';

interface AnswerProps<T> {
  readonly request: Request<T>;
  readonly children: (value: T) => ReactNode;
}

/** What was asked for, or that it is being asked for, or why it is not there. */
export function Answer<T>({ request, children }: AnswerProps<T>) {
  const asked: Asked<T> = request.asked;
  if (asked.state === 'ready') return children(asked.value);
  if (asked.state === 'asking')
    return (
      <p className="dim" role="status">
        Asking the server …
      </p>
    );
  return (
    <div className="banner" data-level="error" role="alert">
      <p className="banner-text">{asked.message}</p>
      <Button kind="plain" onClick={() => void request.reload()}>
        Ask again
      </Button>
    </div>
  );
}
