/**
 * The virtual filesystem of a guest. Synchronous, in memory, no promises.
 *
 * How the controller uses it:
 *
 *     const made = Vfs.create({ mounts: [...], limits, onLimit, onChange, devices: { tty: openTerminal } });
 *     const guest = made.vfs.guest({ uid: 1000, gid: 1000, cwd: guestPath('/tmp') });   // Result<GuestFiles>
 *     guest.value.install(stdin, { at: virtualFd(0) });                            // OpenDescriptions of the controller
 *
 *     const outcome = guest.value.read(virtualFd(fd), count);
 *     if (outcome.ok) reply(outcome.value);
 *     else if (outcome.wait) park(outcome.wait);      // subscribe, retry when woken; EINTR on a signal
 *     else replyErrno(outcome.errno);                 // a name: errnoNumber() makes the number
 *
 * - `GuestFiles` (guestFiles.ts): all calls of one process; the list of methods is the interface.
 * - Paths are `GuestPath`s: `guestPath(text)` from `../paths.ts`, text from `decodeText`. What a policy
 *   judges is `guest.locate(path, follow)`: the canonical place, existing or not.
 * - Blocking: `wait.description.subscribe(wake)`. A blocking write may have taken `progress` bytes
 *   already: retry with the rest, answer the sum. select: readable = readable | hangup | error.
 * - Terminal and sockets: extend `Description`, call `wakeAll()` when readiness changes, `install` it.
 * - `vfs.trusted`: list, readFile, writeFile, rename, remove, snapshot, changeSet, apply for the page
 *   and `--keep`. `vfs.takeChanges()`: live changes, merged; `onChange` tells when there are some.
 * - Limits: `VfsLimits` (limits.ts), each reported once through `onLimit`.
 * - What is needed more rarely (`ok`, `fail`, `wait`, change sets, defaults) is imported from its own file.
 *
 * What must NEVER happen: a path from a guest reaching the machine. Only `hostFolder.ts` touches
 * `node:fs`, and it takes no paths, only items that its own listings gave.
 */
export * from './abi.ts';
export { dirFd } from './context.ts';
export type { DirFd } from './context.ts';
export { Description } from './description.ts';
export type { Disposer, OpenDescription, Readiness } from './description.ts';
export { virtualFd } from './descriptorTable.ts';
export type { VirtualFd } from './descriptorTable.ts';
export type { DeviceDriver, DeviceOpening } from './devices.ts';
export type { GuestFiles } from './guestFiles.ts';
export { AddedFolder, type AddedFile } from './addedFolder.ts';
export { HostFolder, type ReadableFolder } from './hostFolder.ts';
export { giveBackLarge } from './largeBytes.ts';
export type { LimitHit } from './limits.ts';
export type { Times } from './ops/attributes.ts';
export { readFrom, writeTo } from './ops/descriptors.ts';
export type { Outcome, Result } from './result.ts';
export type { FileLine } from './trustedFiles.ts';
export { Vfs } from './vfs.ts';
export type { InitialTree, Mount, Owner } from './worldSpec.ts';
