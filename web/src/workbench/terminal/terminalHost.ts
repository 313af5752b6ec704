/**
 * The one terminal of the page. It lives as long as the page, whatever panel shows it, so that docking, tabs and narrow
 * windows neither lose scroll-back nor write it anew.
 *
 * Back-pressure: each piece of text is reported to `onShown` when xterm has really parsed it, which is the guest's credit to
 * print more. While the page is hidden browsers slow timers down, and the guest with them; so text is then kept aside
 * (bounded) and reported at once, and written when somebody looks again. The terminal NEVER holds more than that.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { TerminalSink } from '../../session/runFeed.ts';
import { tokenColour } from '../../ui/tokenColours.ts';
import { lastLink, linksAt, type LinkEvents } from './terminalLinks.ts';
import { terminalLook } from './terminalTheme.ts';

/** Lines to scroll back: what the server's snapshot can restore, with short lines. */
const SCROLLBACK = 10_000;

/** Text kept while the page is hidden: more than fits the scroll-back is forgotten from its front. */
const ASIDE_CHARS = 1_000_000;

/** After Escape the next Tab leaves the terminal, if it comes within this time. */
const ESCAPE_THEN_TAB_MS = 2_000;

export interface TerminalEvents extends LinkEvents {
  readonly onInput: (data: string) => boolean;
  readonly onInterrupt: () => void;
  readonly onResize: (size: { cols: number; rows: number }) => void;
  readonly onShown: (chars: number) => void;
  readonly onFind: () => void;
  readonly onTabMode: (leaves: boolean) => void;
  readonly isLive: () => boolean;
}

export class TerminalHost implements TerminalSink {
  readonly element = document.createElement('div');
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #events: TerminalEvents;
  #opened = false;
  /** Texts of the past that are being written. */
  #replaying = 0;
  #aside = '';
  #asideCut = 0;
  #tabLeaves = false;
  #escapedAt = -Infinity;

  constructor(events: TerminalEvents, screenReader: boolean) {
    this.#events = events;
    this.element.className = 'terminal-host';
    this.#terminal = new Terminal({
      ...terminalLook(),
      allowProposedApi: true,
      cursorBlink: false,
      scrollback: SCROLLBACK,
      screenReaderMode: screenReader,
      // The guest's line discipline already sends \r\n.
      convertEol: false,
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.loadAddon(new WebLinksAddon(openLink));
    this.#terminal.unicode.activeVersion = '11';
    this.#terminal.registerLinkProvider({
      provideLinks: (y, tell) => tell(linksAt(this.#terminal.buffer.active, y, events)),
    });
    this.#terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    this.#terminal.onData((data) => {
      if (this.#replaying === 0 || !data.startsWith('\x1b')) events.onInput(data);
    });
    this.#terminal.onBinary((data) => events.onInput(data));
    this.#terminal.onResize((size) => events.onResize(size));
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#writeAside();
    });
  }

  /** Puts the terminal into a panel. @returns the disposer, which takes it out again. */
  mount(panel: HTMLElement): () => void {
    panel.append(this.element);
    if (!this.#opened) {
      this.#opened = true;
      this.#terminal.open(this.element);
      this.#terminal.textarea?.setAttribute(
        'aria-label',
        'Terminal input. Escape, then Tab leaves the terminal.',
      );
    }
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(panel);
    this.fit();
    return () => {
      observer.disconnect();
      if (this.element.parentElement === panel) this.element.remove();
    };
  }

  fit(): void {
    if (!this.#opened || this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    this.#fit.fit();
  }

  /** Theme or type size changed. */
  restyle(): void {
    Object.assign(this.#terminal.options, terminalLook());
    this.fit();
  }

  set screenReader(on: boolean) {
    this.#terminal.options.screenReaderMode = on;
  }

  begin(text: string, cut: number, past?: 'past'): void {
    this.#aside = '';
    this.#asideCut = 0;
    this.#terminal.reset();
    if (cut > 0) this.#terminal.write(cutLine(cut));
    if (text === '') return;
    if (past === undefined) this.#terminal.write(text);
    else {
      this.#replaying += 1;
      this.#terminal.write(text, () => (this.#replaying -= 1));
    }
  }

  write(text: string): void {
    if (document.hidden) this.#putAside(text);
    else this.#terminal.write(text, () => this.#events.onShown(text.length));
  }

  /** Without a guest nothing waits for input, and no cursor says so. */
  set live(live: boolean) {
    this.#terminal.write(live ? '\x1b[?25h' : '\x1b[?25l');
  }

  focus(): void {
    this.#terminal.focus();
  }

  clear(): void {
    this.#terminal.clear();
  }

  copy(): void {
    if (this.#terminal.hasSelection()) void navigator.clipboard.writeText(this.#terminal.getSelection());
  }

  async paste(): Promise<void> {
    this.#terminal.paste(await navigator.clipboard.readText());
  }

  /** Finds text upwards from the newest, or the next one in the direction. @returns whether there is any. */
  find(text: string, direction: 'next' | 'previous', incremental = false): boolean {
    const options = {
      incremental,
      decorations: {
        matchBackground: tokenColour('--surface-3'),
        matchOverviewRuler: tokenColour('--accent'),
        activeMatchBackground: tokenColour('--accent').slice(0, 7),
        activeMatchColorOverviewRuler: tokenColour('--accent'),
      },
    };
    return direction === 'next'
      ? this.#search.findNext(text, options)
      : this.#search.findPrevious(text, options);
  }

  endFind(): void {
    this.#search.clearDecorations();
  }

  /** All that stands in the terminal, as text. */
  text(): string {
    const buffer = this.#terminal.buffer.active;
    const lines: string[] = [];
    for (let at = 0; at < buffer.length; at++) {
      const line = buffer.getLine(at);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped === true && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join('\n').trimEnd();
  }

  /** Goes where the newest place that a program named leads. @returns false where there is none. */
  followLastLink(): boolean {
    const link = lastLink(this.#terminal.buffer.active, this.#events);
    link?.activate();
    return link !== null;
  }

  /** Whether Tab leaves the terminal instead of going to the guest. */
  toggleTabMode(): void {
    this.#tabLeaves = !this.#tabLeaves;
    this.#events.onTabMode(this.#tabLeaves);
  }

  #putAside(text: string): void {
    this.#aside += text;
    if (this.#aside.length > ASIDE_CHARS) {
      const kept = this.#aside.slice(-ASIDE_CHARS);
      const lineEnd = kept.indexOf('\n');
      const from = lineEnd < 0 ? kept : kept.slice(lineEnd + 1);
      this.#asideCut += this.#aside.length - from.length;
      this.#aside = from;
    }
    this.#events.onShown(text.length);
  }

  #writeAside(): void {
    const text = this.#aside;
    const cut = this.#asideCut;
    this.#aside = '';
    this.#asideCut = 0;
    if (cut > 0) this.#terminal.write(cutLine(cut));
    if (text !== '') this.#terminal.write(text);
  }

  /** @returns false where xterm shall leave the key to the page. */
  #key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    const { key, ctrlKey, shiftKey, altKey, metaKey } = event;
    const control = ctrlKey && !altKey && !metaKey;
    if (key === 'Escape') this.#escapedAt = event.timeStamp;
    if (key === 'Tab' && !ctrlKey && !altKey && !metaKey) {
      const escaped = event.timeStamp - this.#escapedAt < ESCAPE_THEN_TAB_MS;
      return !(shiftKey || escaped || this.#tabLeaves || !this.#events.isLive());
    }
    if (control && key.toLowerCase() === 'c') {
      if (shiftKey || this.#terminal.hasSelection()) {
        this.copy();
        this.#terminal.clearSelection();
      } else this.#events.onInterrupt();
      event.preventDefault();
      return false;
    }
    if (control && key.toLowerCase() === 'v') return false;
    if (control && !shiftKey && key.toLowerCase() === 'f') {
      event.preventDefault();
      this.#events.onFind();
      return false;
    }
    if (control && !shiftKey && key.toLowerCase() === 'm') {
      event.preventDefault();
      this.toggleTabMode();
      return false;
    }
    return true;
  }
}

function cutLine(chars: number): string {
  return `\x1b[2m··· ${chars.toLocaleString('en-US')} earlier characters are not shown ···\x1b[22m\r\n`;
}

function openLink(_event: MouseEvent, address: string): void {
  window.open(address, '_blank', 'noopener,noreferrer');
}
