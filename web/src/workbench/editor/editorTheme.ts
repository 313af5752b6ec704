/** Monaco's colours, from the tokens of the theme that is shown. */
import { tokenColour } from '../../ui/tokenColours.ts';
import type { ThemeName } from '../../app/theme.ts';
import type { monaco } from './monaco.ts';

type Monaco = typeof monaco;

/** Pixels, for editors and what compares files. */
export const SLIM_SCROLLBARS = { verticalScrollbarSize: 8, horizontalScrollbarSize: 8 } as const;

const BASES = {
  dark: 'vs-dark',
  light: 'vs',
  'contrast-dark': 'hc-black',
  'contrast-light': 'hc-light',
} as const;

export function applyEditorTheme({ editor }: Monaco, theme: ThemeName): void {
  const colour = tokenColour;
  const bare = (token: string): string => colour(token).slice(1, 7);
  editor.defineTheme('sandtable', {
    base: BASES[theme],
    inherit: true,
    rules: [
      { token: '', foreground: bare('--text') },
      { token: 'comment', foreground: bare('--code-comment') },
      { token: 'string', foreground: bare('--code-string') },
      { token: 'string.escape', foreground: bare('--code-string') },
      { token: 'regexp', foreground: bare('--code-string') },
      { token: 'number', foreground: bare('--code-number') },
      { token: 'keyword', foreground: bare('--code-keyword') },
      { token: 'type', foreground: bare('--code-type') },
      { token: 'type.identifier', foreground: bare('--code-type') },
      { token: 'tag', foreground: bare('--code-mark') },
      { token: 'identifier', foreground: bare('--text') },
      { token: 'delimiter', foreground: bare('--text-dim') },
    ],
    colors: {
      'editor.background': colour('--surface-0'),
      'editor.foreground': colour('--text'),
      'editorLineNumber.foreground': colour('--text-dim'),
      'editorLineNumber.activeForeground': colour('--text'),
      'editorCursor.foreground': colour('--accent'),
      'editor.selectionBackground': colour('--selection'),
      'editor.lineHighlightBackground': colour('--surface-1'),
      'editor.lineHighlightBorder': colour('--surface-1'),
      'editorIndentGuide.background1': colour('--border'),
      'editorIndentGuide.activeBackground1': colour('--border-strong'),
      'editorWidget.background': colour('--surface-2'),
      'editorWidget.foreground': colour('--text'),
      'editorWidget.border': colour('--border-strong'),
      'editorHoverWidget.background': colour('--surface-2'),
      'editorHoverWidget.border': colour('--border-strong'),
      'editorSuggestWidget.background': colour('--surface-2'),
      'editorSuggestWidget.border': colour('--border-strong'),
      'editorSuggestWidget.foreground': colour('--text'),
      'editorSuggestWidget.selectedBackground': colour('--selected-row'),
      'editorSuggestWidget.selectedForeground': colour('--text'),
      'editorSuggestWidget.highlightForeground': colour('--accent-text'),
      'editorSuggestWidget.focusHighlightForeground': colour('--accent-text'),
      'editorError.foreground': colour('--deny'),
      'editorWarning.foreground': colour('--warning'),
      'editorBracketMatch.border': colour('--border-strong'),
      'editorBracketMatch.background': colour('--accent-wash'),
      'editorBracketHighlight.foreground1': colour('--text-dim'),
      'input.background': colour('--surface-0'),
      'input.foreground': colour('--text'),
      'input.border': colour('--border-strong'),
      'menu.background': colour('--surface-2'),
      'menu.foreground': colour('--text'),
      'menu.border': colour('--border-strong'),
      'menu.selectionBackground': colour('--selected-row'),
      'menu.selectionForeground': colour('--text'),
      focusBorder: colour('--focus'),
      // As slim and as grey as every other scrollbar of the page (base.css).
      'scrollbarSlider.background': colour('--border-strong'),
      'scrollbarSlider.hoverBackground': colour('--text-dim'),
      'scrollbarSlider.activeBackground': colour('--text-dim'),
      'textLink.foreground': colour('--accent-text'),
      'textLink.activeForeground': colour('--accent-text'),
    },
  });
  editor.setTheme('sandtable');
}
