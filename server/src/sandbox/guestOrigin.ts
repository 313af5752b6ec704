/** Where a guest's process comes from: a host that starts by itself, or a fork of one that has started already. */
import { closeSync, constants, openSync } from 'node:fs';
import { HostChild, type HostCommand, type HostReport } from './hostChild.ts';

/** The controller's ends of the guest's pipes, as descriptors of the process `holder`, until {@link GuestOrigin.pipesOpened}. */
export interface PipeEnds {
  readonly holder: number;
  readonly request: number;
  readonly reply: number;
}

/** The same, opened by this process, and now the listener's to close. */
export interface OpenEnds {
  readonly requestFd: number;
  readonly replyFd: number;
}

/**
 * Opens them anew: non-blocking mode belongs to the open file description, and the guest's own must not have it.
 * Throws where they cannot be opened; then none is open.
 */
export function openEnds({ holder, request, reply }: PipeEnds): OpenEnds {
  const requestFd = openSync(descriptorOf(holder, request), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const replyFd = openSync(descriptorOf(holder, reply), constants.O_WRONLY | constants.O_NONBLOCK);
    return { requestFd, replyFd };
  } catch (error) {
    closeSync(requestFd);
    throw error;
  }
}

export function closeEnds({ requestFd, replyFd }: OpenEnds): void {
  closeSync(requestFd);
  closeSync(replyFd);
}

/** Name by which another process's descriptor can be opened. */
export function descriptorOf(process: number, fd: number): string {
  return `/proc/${String(process)}/fd/${String(fd)}`;
}

export interface OriginListener {
  pipes(ends: PipeEnds | OpenEnds): void;
  /** Everything is prepared; what follows comes through the pipes. A guest whose hello says as much does not say this. */
  ready(): void;
  /** It cannot become a guest. The process may live still: whoever listens kills it. */
  failed(code: string, message: string): void;
  /** The process is gone. Once. */
  exited(code: number | null, signal: NodeJS.Signals | null): void;
  /** The process that it was forked from ended, and the kernel ended it too. Once, instead of {@link exited}. */
  lost(): void;
}

export interface GuestOrigin {
  /** Null until it is known. */
  readonly pid: number | null;
  readonly alive: boolean;
  readonly diagnostics: string;
  /** Never reaches a stranger: does nothing once the process has ended. */
  signal(signal: NodeJS.Signals | number): void;
  pipesOpened(): void;
  /** Lets go of everything; for after the end. */
  close(): void;
}

export type OriginOf = (listener: OriginListener) => GuestOrigin;

/** A host of its own, which starts the interpreter from nothing. */
export function coldOrigin(command: HostCommand): OriginOf {
  return (listener) => {
    const child = new HostChild(command, {
      report: (report) => {
        tell(listener, report, child.pid);
      },
      failed: (code, message) => {
        listener.failed(code, message);
      },
      ended: (code, signal) => {
        listener.exited(code, signal);
      },
    });
    return {
      get pid() {
        return child.pid;
      },
      get alive() {
        return child.alive;
      },
      get diagnostics() {
        return child.diagnostics;
      },
      signal: (signal) => {
        child.signal(signal);
      },
      pipesOpened: () => {
        child.order('go');
      },
      close: () => {
        child.close();
      },
    };
  };
}

/** Hands on what a host says on its way to being a guest. */
export function tell(listener: OriginListener, report: HostReport, holder: number | null): void {
  if (report.type === 'error') listener.failed(String(report.code), String(report.message));
  else if (report.type === 'ready') listener.ready();
  else if (report.type === 'pipes' && holder !== null)
    listener.pipes({ holder, request: Number(report.request), reply: Number(report.reply) });
}
