/** The sandbox as the rest of the server sees it. */
export type { RunSink, SideEvent } from './sink.ts';
export type {
  FileChange, RealFolder, RunExit, RunHandle, RunOptions, StartFile, Stdio, WorldList, WorldRead,
} from './runHandle.ts';
