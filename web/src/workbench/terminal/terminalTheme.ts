/** xterm's colours and type from the tokens. */
import type { ITerminalOptions } from '@xterm/xterm';
import { tokenColour, tokenPixels } from '../../ui/tokenColours.ts';

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

export function terminalLook(): ITerminalOptions {
  const theme: Record<string, string> = {
    foreground: tokenColour('--text'),
    background: tokenColour('--surface-0'),
    cursor: tokenColour('--accent'),
    cursorAccent: tokenColour('--surface-0'),
    selectionBackground: tokenColour('--selection'),
    scrollbarSliderBackground: tokenColour('--border-strong'),
    scrollbarSliderHoverBackground: tokenColour('--text-dim'),
    scrollbarSliderActiveBackground: tokenColour('--text-dim'),
  };
  for (const name of ANSI) {
    theme[name] = tokenColour(`--ansi-${name}`);
    theme[`bright${name[0]!.toUpperCase()}${name.slice(1)}`] = tokenColour(`--ansi-bright-${name}`);
  }
  return {
    theme,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-code'),
    fontSize: tokenPixels('--text-m'),
    lineHeight: 1.25,
    // Whatever colours a program asks for, its text stays readable on this background.
    minimumContrastRatio: 4.5,
  };
}
