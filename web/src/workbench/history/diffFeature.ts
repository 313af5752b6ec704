/** What Monaco needs to show differences; its code comes when the first ones are shown. */
import 'monaco-editor/features/diffEditor/register';
