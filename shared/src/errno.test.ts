import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ERRNO_NAMES, errnoName, errnoNumber, isErrno, strerror } from './errno.ts';

describe('errno', () => {
  it('agrees with the numbers of the machine it runs on', () => {
    const aliases: Record<string, string> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP' };
    for (const [name, number] of Object.entries(constants.errno)) {
      expect(errnoName(number), name).toBe(aliases[name] ?? name);
    }
  });

  it('maps every name to its number and back', () => {
    for (const name of ERRNO_NAMES) expect(errnoName(errnoNumber(name))).toBe(name);
    expect(errnoName(0)).toBeUndefined();
    expect(errnoName(41)).toBeUndefined();
  });

  it('says what a Python traceback says', () => {
    expect(strerror('ENOENT')).toBe('No such file or directory');
    expect(strerror('EPERM')).toBe('Operation not permitted');
  });

  it('does not take inherited property names for errors', () => {
    expect(isErrno('EPERM')).toBe(true);
    expect(isErrno('toString')).toBe(false);
    expect(isErrno('constructor')).toBe(false);
  });
});
