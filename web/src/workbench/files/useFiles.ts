import { createContext, useContext } from 'react';
import type { FileActions } from './fileActions.ts';
import type { WorldListings } from './worldListings.ts';

export interface FilesUi {
  readonly actions: FileActions;
  readonly listings: WorldListings;
}

const FilesContext = createContext<FilesUi | null>(null);

export const FilesProvider = FilesContext.Provider;

export function useFiles(): FilesUi {
  const files = useContext(FilesContext);
  if (files === null) throw new Error('useFiles outside of FilesProvider');
  return files;
}
