/** The terminal's modes. */
import type { CallArgs, PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import type { Terminal } from '../tty/terminal.ts';
import type { Termios } from '../tty/termios.ts';
import { StandardStream, TerminalStream } from '../tty/streams.ts';
import { virtualFd } from '../vfs/index.ts';
import { isPlainObject, whole } from '../wire/structs.ts';
import { DONE, fail, int, ok, type GuestRun, type Handler } from './handler.ts';
import type { Errno } from '@sandtable/shared/errno';

const TCSAFLUSH = 2;

function terminalOf(run: GuestRun, args: CallArgs): Terminal | Errno {
  const description = run.files.description(virtualFd(int(args, 'fd')));
  if (description === undefined) return 'EBADF';
  return description instanceof TerminalStream ? description.terminal : 'ENOTTY';
}

function isStandard(run: GuestRun, args: CallArgs): boolean {
  return run.files.description(virtualFd(int(args, 'fd'))) instanceof StandardStream;
}

function termiosOf(value: PlainValue | undefined): Termios | null {
  if (!isPlainObject(value)) return null;
  const cc = value['cc'];
  if (!Array.isArray(cc)) return null;
  return {
    iflag: whole(value['iflag']),
    oflag: whole(value['oflag']),
    cflag: whole(value['cflag']),
    lflag: whole(value['lflag']),
    line: whole(value['line']),
    cc: (cc as readonly PlainValue[]).slice(0, 32).map((item) => whole(item) & 0xff),
    ispeed: whole(value['ispeed']),
    ospeed: whole(value['ospeed']),
  };
}

export const TERMINAL_HANDLERS = {
  ll_os_isatty: (run, args) => {
    const terminal = terminalOf(run, args);
    if (terminal === 'EBADF') return fail('EBADF');
    if (terminal !== 'ENOTTY') return ok(1);
    return run.terminalAlways === true && isStandard(run, args) ? ok(1) : fail('ENOTTY');
  },
  ll_os_tcgetattr: (run, args) => {
    const terminal = terminalOf(run, args);
    return typeof terminal === 'string' ? fail(terminal) : ok({ ...terminal.termios });
  },
  ll_os_tcsetattr: (run, args) => {
    const terminal = terminalOf(run, args);
    if (typeof terminal === 'string') return fail(terminal);
    const termios = termiosOf(args['attributes']);
    if (termios === null) return fail('EINVAL');
    terminal.setModes(termios, int(args, 'when') === TCSAFLUSH);
    return DONE;
  },
  ll_os_ttyname: (run, args, call) => {
    const terminal = terminalOf(run, args);
    return typeof terminal === 'string' ? fail(terminal) : call.bytes(encodeText('/dev/tty'));
  },
} as const satisfies { readonly [call: string]: Handler };
