import { describe, expect, test } from 'vitest';
import { CONTENT_BYTES } from '@sandtable/shared/events';
import type { WorldRead } from '../sandbox/index.ts';
import { ContentRecorder } from './contentRecorder.ts';

/** A world of files that a test can change. */
function world(files: Record<string, Uint8Array>): (path: string, maxBytes: number) => WorldRead {
  return (path, maxBytes) => {
    const data = files[path];
    if (data === undefined) return { ok: false, code: 'not-found' };
    return { ok: true, data: data.subarray(0, maxBytes), size: data.length, cut: data.length > maxBytes };
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what of the files comes into the log', () => {
  test('what the guest begins with, and what it wrote once its writes have settled', () => {
    const files = { '/tmp/a': bytes('one') };
    const recorder = new ContentRecorder([{ path: '/tmp/in', data: bytes('given') }], world(files));
    expect(recorder.begin()).toEqual([{ type: 'content', path: '/tmp/in', size: 5, data: 'given' }]);
    expect(recorder.due(0)).toEqual([]);
    recorder.wrote('/tmp/a');
    recorder.wrote('/tmp/a');
    expect(recorder.due(0)).toEqual([{ type: 'content', path: '/tmp/a', size: 3, data: 'one' }]);
    files['/tmp/a'] = bytes('two');
    recorder.wrote('/tmp/a');
    expect(recorder.due(10)).toEqual([]);
    expect(recorder.due(1_000)).toMatchObject([{ data: 'two' }]);
    recorder.wrote('/tmp/gone');
    expect(recorder.rest()).toEqual([]);
  });

  test('a large file is there with its beginning and its size', () => {
    const recorder = new ContentRecorder([], world({ '/tmp/big': new Uint8Array(CONTENT_BYTES + 5) }));
    recorder.wrote('/tmp/big');
    const [content] = recorder.due(0);
    expect(content).toMatchObject({ size: CONTENT_BYTES + 5, cut: true });
    expect(content!.data).toHaveLength(CONTENT_BYTES);
  });

  test('a file that is written all the time is recorded less and less, and its end is there', () => {
    const files = { '/tmp/log': bytes('x') };
    const recorder = new ContentRecorder([], world(files));
    let records = 0;
    for (let ms = 0; ms < 600_000; ms += 50) {
      recorder.wrote('/tmp/log');
      records += recorder.due(ms).length;
    }
    expect(records).toBeLessThan(150);
    files['/tmp/log'] = bytes('the end');
    recorder.wrote('/tmp/log');
    expect(recorder.rest()).toMatchObject([{ data: 'the end' }]);
  });

  test('many files fill no more than the log has room for, and the end of a run still has some', () => {
    const file = new Uint8Array(CONTENT_BYTES);
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`/tmp/${at}`, file]));
    const recorder = new ContentRecorder([], world(files));
    for (const path of Object.keys(files)) recorder.wrote(path);
    const contents = recorder.due(0);
    expect(contents).toHaveLength(400);
    const told = contents.filter(({ data }) => data !== undefined).length;
    expect(told * CONTENT_BYTES).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(contents.at(-1)).toEqual({ type: 'content', path: '/tmp/399', size: CONTENT_BYTES });
    recorder.wrote('/tmp/399');
    expect(recorder.rest()[0]?.data).toBeDefined();
  });
});
