/** Apart from `monaco.ts`, so that the address of the largest file of the page is not even known before it is needed. */
export { default as TypeScriptWorker } from 'monaco-editor/languages/features/typescript/ts.worker?worker';
