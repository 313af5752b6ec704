import { ContextMenu, DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly keys?: string | undefined;
  readonly icon?: ReactNode;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
}

/** Entries, a text for a heading, or null for a line. */
export type MenuPart = MenuEntry | string | null;

interface MenuProps {
  readonly trigger: ReactNode;
  readonly parts: readonly MenuPart[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, parts, align = 'start' }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          <MenuParts
            parts={parts}
            Item={DropdownMenu.Item}
            Label={DropdownMenu.Label}
            Line={DropdownMenu.Separator}
          />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The same by right click, the menu key or Shift+F10 on what it surrounds. */
export function RightMenu({ trigger, parts }: MenuProps) {
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{trigger}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" collisionPadding={8}>
          <MenuParts
            parts={parts}
            Item={ContextMenu.Item}
            Label={ContextMenu.Label}
            Line={ContextMenu.Separator}
          />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

interface MenuPartsProps {
  readonly parts: readonly MenuPart[];
  readonly Item: typeof DropdownMenu.Item;
  readonly Label: typeof DropdownMenu.Label;
  readonly Line: typeof DropdownMenu.Separator;
}

function MenuParts({ parts, Item, Label, Line }: MenuPartsProps) {
  return parts.map((part, at) => {
    if (part === null) return <Line key={`line ${at}`} className="menu-line" />;
    if (typeof part === 'string') {
      return (
        <Label key={part} className="menu-label">
          {part}
        </Label>
      );
    }
    return (
      <Item
        key={part.id}
        className="menu-item"
        disabled={part.disabled === true}
        onSelect={part.onSelect}
        {...(part.checked === undefined ? {} : { role: 'menuitemradio', 'aria-checked': part.checked })}
      >
        {part.icon}
        <span className="menu-item-text">
          {part.title}
          {part.note === undefined ? null : <span className="menu-item-note">{part.note}</span>}
        </span>
        {part.keys === undefined ? null : <span className="menu-keys">{part.keys}</span>}
        {part.checked === true ? <span aria-hidden>✓</span> : null}
      </Item>
    );
  });
}
