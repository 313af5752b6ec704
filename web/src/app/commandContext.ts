import { createContext, useContext } from 'react';
import type { Command } from './commands.ts';

export interface Commands {
  readonly list: readonly Command[];
  /** Carries out a command by its id, if it is within reach. */
  readonly run: (id: string) => void;
}

const CommandContext = createContext<Commands | null>(null);

export const CommandProvider = CommandContext.Provider;

export function useCommands(): Commands {
  const commands = useContext(CommandContext);
  if (commands === null) throw new Error('useCommands outside of CommandProvider');
  return commands;
}

export function runCommand(list: readonly Command[], id: string): void {
  const command = list.find((each) => each.id === id);
  if (command !== undefined && command.enabled?.() !== false) command.run();
}
