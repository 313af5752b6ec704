import type { ComponentPropsWithRef, ReactNode } from 'react';
import { Tooltip } from 'radix-ui';

export interface ButtonProps extends ComponentPropsWithRef<'button'> {
  readonly kind?: 'quiet' | 'plain' | 'main' | 'danger';
  readonly small?: boolean;
}

export function Button({ kind = 'quiet', small = false, className, ...rest }: ButtonProps) {
  const names = [
    'button',
    kind === 'quiet' ? '' : `button-${kind}`,
    small ? 'button-s' : '',
    className ?? '',
  ];
  return <button type="button" {...rest} className={names.filter(Boolean).join(' ')} />;
}

interface IconButtonProps extends ButtonProps {
  /** Its accessible name, shown as a tip. */
  readonly label: string;
  readonly keys?: string | undefined;
  readonly children: ReactNode;
}

/** A button that shows only an icon. */
export function IconButton({ label, keys, children, className, ...rest }: IconButtonProps) {
  return (
    <Tip text={keys === undefined ? label : `${label} (${keys})`}>
      <Button {...rest} aria-label={label} className={`button-icon ${className ?? ''}`}>
        {children}
      </Button>
    </Tip>
  );
}

export function Tip({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tip" sideOffset={4} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
