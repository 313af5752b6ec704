import { expect, it } from 'vitest';
import { DirectoryInode, Entry, type Volume } from './inode.ts';

const ATTRIBUTES = { mode: 0o755, uid: 0, gid: 0, time: { sec: 0, nsec: 0 } };
const VOLUME: Volume = { dev: 1, origin: 'host', writeMode: 'read-only', mountPoint: null };

it('makes an entry of a name when somebody looks at it, once: hundreds of worlds share one library', () => {
  const made: string[] = [];
  const directory: DirectoryInode = new DirectoryInode(1, 1, ATTRIBUTES, () => ({
    directories: 0,
    names: ['a', 'b', 'c'],
    make: (name) => {
      if (!'abc'.includes(name)) return undefined;
      made.push(name);
      return new Entry(name, directory.entry, new DirectoryInode(1, 2, ATTRIBUTES), VOLUME);
    },
  }));
  new Entry('', null, directory, VOLUME);
  directory.add('sitecustomize', new Entry('sitecustomize', directory.entry, directory, VOLUME));
  expect(made).toEqual([]);
  const b = directory.child('b');
  expect(directory.child('b')).toBe(b);
  expect(directory.child('x')).toBeUndefined();
  expect(made).toEqual(['b']);
  const all = directory.children();
  expect(typeof all === 'string' ? all : [...all.keys()]).toEqual(['a', 'b', 'c', 'sitecustomize']);
  expect(directory.child('b')).toBe(b);
  directory.remove('a');
  expect(directory.child('a')).toBeUndefined();
  expect(made).toEqual(['b', 'a', 'c']);
});
