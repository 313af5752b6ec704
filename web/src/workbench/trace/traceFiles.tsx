import { Download, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { notify } from '../../app/notices.ts';
import { useSession } from '../../session/useSession.ts';
import { openBench } from '../../session/workState.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Menu, type MenuPart } from '../../ui/Menu.tsx';
import { plural } from '../../ui/numbers.ts';
import { importTrace } from './importTrace.ts';
import { useTrace } from './useTrace.ts';

/** The trace, or the rows that the filter leaves, as a file. */
export function ExportMenu({ run }: { readonly run: string }) {
  const { filterText, filterError, filtered } = useTrace();
  const filter = filtered && filterError === null ? filterText.trim() : '';
  const rows = (format: string, asked: string): string =>
    `/api/runs/${run}/rows.${format}${asked === '' ? '' : `?filter=${encodeURIComponent(asked)}`}`;
  const parts: MenuPart[] = [
    'The whole trace',
    {
      id: 'trace',
      title: 'JSONL',
      note: 'every event; can be imported again',
      onSelect: () => download(`/api/runs/${run}/trace.jsonl`),
    },
    {
      id: 'csv',
      title: 'CSV',
      note: 'every row, for a spreadsheet',
      onSelect: () => download(rows('csv', '')),
    },
    ...(filter === ''
      ? []
      : [
          null,
          `Rows that match ${filter}`,
          { id: 'rows', title: 'JSONL of these rows', onSelect: () => download(rows('jsonl', filter)) },
          { id: 'rows-csv', title: 'CSV of these rows', onSelect: () => download(rows('csv', filter)) },
        ]),
  ];
  return (
    <Menu
      align="end"
      parts={parts}
      trigger={
        <IconButton label="Export the trace" small>
          <Download className="icon" aria-hidden />
        </IconButton>
      }
    />
  );
}

function download(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
}

/** Brings a trace along and shows it like a run. */
export function ImportButton({ words = false }: { readonly words?: boolean }) {
  const session = useSession();
  const picker = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const take = async (file: File) => {
    const bench = openBench(session.state);
    if (bench === null) return;
    setBusy(true);
    const result = await importTrace(bench, file);
    setBusy(false);
    if (result.ok)
      notify({
        level: 'info',
        title: `${file.name} is shown now`,
        text: `It has ${plural(result.calls, 'call')}.`,
      });
    else notify({ level: 'error', title: `${file.name} was not imported`, text: result.message });
  };
  const label = busy ? 'Importing …' : 'Import a trace';
  return (
    <>
      {words ? (
        <Button disabled={busy} onClick={() => picker.current?.click()}>
          <Upload className="icon" aria-hidden /> {label}
        </Button>
      ) : (
        <IconButton label={label} small disabled={busy} onClick={() => picker.current?.click()}>
          <Upload className="icon" aria-hidden />
        </IconButton>
      )}
      <input
        ref={picker}
        type="file"
        accept=".jsonl,.ndjson,application/x-ndjson"
        aria-label="Trace file"
        hidden
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) void take(file);
          event.target.value = '';
        }}
      />
    </>
  );
}
