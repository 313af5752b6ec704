import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm run dev` finds the real server. */
const SERVER = process.env['SANDTABLE_SERVER'] ?? 'http://127.0.0.1:4100';

/**
 * Parts of Monaco that its entry point pulls in and this page never shows: comparing two texts, and its own command list (the
 * page has one). A tenth of the editor; each stands for exactly the names that are imported from it.
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

export default defineConfig({
  plugins: [leaveOut, react()],
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
