import { Command as Palette } from 'cmdk';
import { Dialog as Radix } from 'radix-ui';
import { useWork } from '../session/useSession.ts';
import { openFile } from '../workbench/view.ts';
import { useCommands } from './commandContext.ts';
import { keysText } from './keys.ts';
import './palette.css';

interface PaletteProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** All commands and files by name. */
export function CommandPalette({ open, onClose }: PaletteProps) {
  return (
    <Radix.Root open={open} onOpenChange={(now) => now || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content className="dialog palette" aria-describedby={undefined}>
          <Radix.Title className="unseen">Commands</Radix.Title>
          <PaletteBody onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function PaletteBody({ onClose }: { readonly onClose: () => void }) {
  const { list, run } = useCommands();
  const files = useWork((state) => state.files);
  const groups = [...new Set(list.map((command) => command.group))];
  const pick = (act: () => void) => {
    onClose();
    // After the dialog has given the focus back, so that a command may move it.
    setTimeout(act, 0);
  };
  return (
    <Palette label="Commands" loop>
      <Palette.Input
        className="field palette-input"
        placeholder="What to do, or which file to open"
        autoFocus
      />
      <Palette.List className="palette-list" label="Commands">
        <Palette.Empty className="palette-empty">Nothing of this name.</Palette.Empty>
        {groups.map((group) => (
          <Palette.Group key={group} heading={group}>
            {list
              .filter(
                (command) =>
                  command.group === group && command.enabled?.() !== false && command.id !== 'help.palette',
              )
              .map((command) => (
                <Palette.Item
                  key={command.id}
                  className="menu-item"
                  value={`${command.title} ${command.id}`}
                  onSelect={() => pick(() => run(command.id))}
                >
                  <span className="menu-item-text">{command.title}</span>
                  {command.keys === undefined ? null : (
                    <span className="menu-keys">{keysText(command.keys)}</span>
                  )}
                </Palette.Item>
              ))}
          </Palette.Group>
        ))}
        {Object.keys(files).length === 0 ? null : (
          <Palette.Group heading="Files of the bench">
            {Object.keys(files).map((path) => (
              <Palette.Item
                key={path}
                className="menu-item"
                value={`open ${path}`}
                onSelect={() => pick(() => openFile(path))}
              >
                <span className="menu-item-text code">{path}</span>
              </Palette.Item>
            ))}
          </Palette.Group>
        )}
      </Palette.List>
    </Palette>
  );
}
