import { Dialog as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** One sentence below the title; read out with it. */
  readonly description?: string | undefined;
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** A modal window. Escape, a click beside it and the cross close it; focus returns to where it was. */
export function Dialog({ open, onClose, title, description, small = false, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(now) => now || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content
          className={small ? 'dialog dialog-small' : 'dialog'}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <div className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close asChild>
              {/* Without a tip, which would take the first Escape for itself. */}
              <Button small className="button-icon" aria-label="Close" title="Close (Escape)">
                <X className="icon" aria-hidden />
              </Button>
            </Radix.Close>
          </div>
          {description === undefined ? null : (
            <Radix.Description className="dim">{description}</Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
