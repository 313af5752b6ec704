/** Modes of a terminal: the bits of Linux that this terminal honours, and what it begins with. */

export const ICRNL = 0o400;
const IXON = 0o2000;
export const OPOST = 0o1;
export const ONLCR = 0o4;
const CS8 = 0o60;
const CREAD = 0o200;
const B38400 = 0o17;
export const ISIG = 0o1;
export const ICANON = 0o2;
export const ECHO = 0o10;
const ECHOE = 0o20;
const ECHOK = 0o40;
const ECHOCTL = 0o1000;
const ECHOKE = 0o4000;
const IEXTEN = 0o100000;

/** Places in `cc`. */
export const VINTR = 0;
export const VQUIT = 1;
export const VEOF = 4;
export const VMIN = 6;

export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  readonly line: number;
  readonly cc: readonly number[];
  readonly ispeed: number;
  readonly ospeed: number;
}

/** A terminal as a shell hands it to a program. */
export const COOKED: Termios = {
  iflag: ICRNL | IXON,
  oflag: OPOST | ONLCR,
  cflag: CS8 | CREAD | B38400,
  lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
  line: 0,
  // intr ^C, quit ^\, erase DEL, kill ^U, eof ^D, time 0, min 1, -, start ^Q, stop ^S, susp ^Z, -, reprint ^R, discard ^O, werase ^W, lnext ^V
  cc: [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, ...Array.from({ length: 16 }, () => 0)],
  ispeed: B38400,
  ospeed: B38400,
};
