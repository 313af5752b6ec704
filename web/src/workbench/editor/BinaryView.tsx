import type { FileContent } from '@sandtable/shared/protocol';
import { useMemo } from 'react';
import { bytesOf, hexRows } from '../../session/bytes.ts';
import { Button } from '../../ui/Button.tsx';
import { byteSize } from '../../ui/numbers.ts';
import { downloadBytes } from '../files/download.ts';

/** Rows of the dump: what one looks at to recognise a format; the whole file is a download away. */
const ROWS_SHOWN = 512;

/** A file that is no text: its first bytes. */
export function BinaryView({ path, content }: { readonly path: string; readonly content: FileContent }) {
  const bytes = useMemo(() => bytesOf(content), [content]);
  const rows = hexRows(bytes, ROWS_SHOWN);
  return (
    <div className="editor-panel">
      <div className="banner">
        <span className="banner-text">
          Not text: {byteSize(bytes.length)}
          {rows.length * 16 < bytes.length ? `, the first ${byteSize(rows.length * 16)} shown` : ''}.
        </span>
        <Button kind="plain" small onClick={() => downloadBytes(path, bytes)}>
          Download
        </Button>
      </div>
      <pre className="hex" tabIndex={0} aria-label={`Bytes of ${path}`}>
        {rows.join('\n')}
      </pre>
    </div>
  );
}
