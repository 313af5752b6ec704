/** The sandbox as the rest of the server sees it. */
export type { ClassicEngine } from './classic/classicEngine.ts';
export { engineState } from './hostCommand.ts';
export type { HostDescription } from './hostCommand.ts';
export { interpreterState, usualInterpreter, type Interpreter } from './interpreters.ts';
export { ServiceNetwork, type ServiceSpec } from './net/serviceNetwork.ts';
export { startRun } from './runGuest.ts';
export { compileSite } from './siteBytecode.ts';
export { siteCustomize } from './siteCustomize.ts';
export type { RunSink, SideEvent } from './sink.ts';
export type {
  FileChange,
  RealFolder,
  RunExit,
  RunHandle,
  StartFile,
  Stdio,
  WorldList,
  WorldRead,
} from './runHandle.ts';
export { Zygotes, zygoteSpecOf } from './zygotes.ts';
