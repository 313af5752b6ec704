import { readFile } from 'node:fs/promises';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm run dev` finds the real server. */
const SERVER = process.env['SANDTABLE_SERVER'] ?? 'http://127.0.0.1:4100';

/**
 * Parts of Monaco that its entry point pulls in and this page does not show with the first editor: comparing two texts (see
 * {@link diffEditor}), and its own command list (the page has one). A tenth of the editor; each stands for exactly the names that are
 * imported from it.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'editor/browser/widget/diffEditor/diffEditorWidget.js': 'export class DiffEditorWidget {}',
  'editor/browser/widget/multiDiffEditor/multiDiffEditorWidget.js': 'export class MultiDiffEditorWidget {}',
  'editor/standalone/browser/quickInput/standaloneQuickInputService.js':
    'export class StandaloneQuickInputService {}',
};

const leaveOut: Plugin = {
  name: 'leave-out',
  enforce: 'pre',
  apply: 'build',
  load(id) {
    const monaco = id.split('/monaco-editor/esm/vs/')[1];
    return monaco === undefined ? null : (LEFT_OUT[monaco] ?? null);
  },
  transform(code, id) {
    // The way to a language's worker imports every feature there is, for their effects alone; the page has chosen its own.
    if (!id.endsWith('/monaco-editor/esm/vs/internal/common/workers.js')) return null;
    return { code: code.replaceAll(/^import '[^']+';$/gm, ''), map: null };
  },
};

const DIFF_EDITOR = 'virtual:monaco-diff-editor';

/** Comparing two texts as a module of its own, to load when somebody compares: the same file once more, with a mark by which it is not left out. */
const diffEditor: Plugin = {
  name: 'diff-editor',
  enforce: 'pre',
  async resolveId(source) {
    if (source !== DIFF_EDITOR) return null;
    const widget = await this.resolve('monaco-editor/editor/browser/widget/diffEditor/diffEditorWidget');
    return widget === null ? null : `${widget.id.split('?')[0]!}?whole`;
  },
  load(id) {
    return id.endsWith('/diffEditorWidget.js?whole') ? readFile(id.slice(0, -'?whole'.length), 'utf8') : null;
  },
};

export default defineConfig({
  plugins: [diffEditor, leaveOut, react()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Nothing is inlined as a data: address, so that a strict Content-Security-Policy holds for images and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The TypeScript worker alone is larger than Vite's default of 500 kB; it loads when a policy is first opened.
    chunkSizeWarningLimit: 16_000,
  },
  server: {
    proxy: { '/api': SERVER, '/socket.io': { target: SERVER, ws: true } },
  },
});
