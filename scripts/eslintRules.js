/** The house's own lint rules. */
import path from 'node:path';

const EMPTY_NAMES = /^(utils?|helpers?|common|misc|managers?|shared)$/i;
const CAMEL = /^[a-z][a-zA-Z0-9]*$/;
const PASCAL = /^[A-Z][a-zA-Z0-9]*$/;

/**
 * A file is named after what it holds: camelCase, or PascalCase for a React component.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const fileName = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      shape:
        'Name the file in camelCase after what it holds (PascalCase only for a React component in .tsx).',
      empty: '"{{stem}}" says nothing about what the file holds: name it after that, or split it.',
    },
  },
  create: (context) => ({
    Program(node) {
      const base = path.basename(context.filename);
      const stem = base.replace(/\.(test|spec|config|d)?\.?(tsx?|m?js)$/, '');
      if (EMPTY_NAMES.test(stem)) context.report({ node, messageId: 'empty', data: { stem } });
      else if (!CAMEL.test(stem) && !(base.endsWith('.tsx') && PASCAL.test(stem))) {
        context.report({ node, messageId: 'shape' });
      }
    },
  }),
};

/**
 * Node resolves a relative import as it is written, so it carries its extension; compilers and bundlers would let it pass.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const importExtension = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      missing: "Write the extension: '{{source}}.ts' (Node looks for exactly the file that is named).",
    },
  },
  create: (context) => {
    /** @param {import('eslint').Rule.Node} node */
    const check = (node) => {
      const source = 'source' in node && node.source?.type === 'Literal' ? node.source.value : undefined;
      if (typeof source !== 'string' || !/^[.]{1,2}[/]/.test(source)) return;
      if (!/[.][a-z0-9]+([?].*)?$/i.test(source))
        context.report({ node, messageId: 'missing', data: { source } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

export const house = { rules: { 'file-name': fileName, 'import-extension': importExtension } };
