/** Who asks, and what the permission bits let them do: Linux's rules for an ordinary user. */
import type { Errno } from '@sandtable/shared/errno';
import { S_IFREG, S_ISGID, S_ISUID, S_ISVTX, W_OK, X_OK } from './abi.ts';
import { type Entry, type Inode } from './inode.ts';

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  /**
   * The page's and the controller's own hand: passes write modes (a student edits a file that the
   * guest may not), follows no symbolic link. No guest ever has it.
   */
  readonly trusted: boolean;
}

export function isPrivileged(who: Credentials): boolean {
  return who.uid === 0 || who.trusted;
}

export function inGroup(who: Credentials, gid: number): boolean {
  return who.gid === gid || who.groups.includes(gid);
}

/** EACCES unless the bits allow all of `want` (R_OK, W_OK, X_OK or-ed). */
export function refuseByMode(inode: Inode, who: Credentials, want: number): Errno | undefined {
  const { mode } = inode;
  if (isPrivileged(who)) {
    // Even root executes only what somebody may execute.
    return (want & X_OK) !== 0 && inode.typeBits === S_IFREG && (mode & 0o111) === 0 ? 'EACCES' : undefined;
  }
  const bits = who.uid === inode.uid ? mode >> 6 : inGroup(who, inode.gid) ? mode >> 3 : mode;
  return (want & ~bits & 7) === 0 ? undefined : 'EACCES';
}

/** What stands against changing anything at this place: EROFS, or EPERM on the lecture's volumes. */
export function refuseByVolume(place: Entry, who: Credentials): Errno | undefined {
  const volume = place.volume;
  if (volume.writeMode === 'read-write') return undefined;
  if (who.trusted && volume.origin !== 'host') return undefined;
  return volume.writeMode === 'lecture' ? 'EPERM' : 'EROFS';
}

/** The sticky bit: in such a directory only the owner of the file or of the directory may remove a name. */
export function refuseBySticky(directory: Inode, victim: Inode, who: Credentials): Errno | undefined {
  if ((directory.mode & S_ISVTX) === 0 || isPrivileged(who)) return undefined;
  return who.uid === victim.uid || who.uid === directory.uid ? undefined : 'EPERM';
}

export function refuseUnlessOwner(inode: Inode, who: Credentials): Errno | undefined {
  return isPrivileged(who) || who.uid === inode.uid ? undefined : 'EPERM';
}

/** The mode after somebody without privilege wrote to or gave away the file: setuid and setgid are gone. */
export function withoutSetId(mode: number): number {
  const kept = mode & ~S_ISUID;
  return (kept & 0o010) === 0 ? kept : kept & ~S_ISGID;
}

/** Linux's protected_hardlinks: what is not yours you may link only if you could rewrite it anyway. */
export function refuseHardLink(inode: Inode, who: Credentials): Errno | undefined {
  if (isPrivileged(who) || inode.uid === who.uid) return undefined;
  if (inode.typeBits !== S_IFREG || (inode.mode & S_ISUID) !== 0) return 'EPERM';
  if ((inode.mode & S_ISGID) !== 0 && (inode.mode & 0o010) !== 0) return 'EPERM';
  return refuseByMode(inode, who, 4 | W_OK) === undefined ? undefined : 'EPERM';
}
