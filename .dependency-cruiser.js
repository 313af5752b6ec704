/**
 * Who may import whom. Dependencies point one way: shared ← policy ← server, web; inside server: sandbox ← sessions ← gateway.
 * Each comment says how to mend what the rule found.
 */

/** Folders of server/src, as an alternative in a path pattern. */
const inServer = (...folders) => `^server/src/(${folders.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment:
        'Two files that need each other are one thing or three: move what both need into a file that imports neither.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment:
        'The import leads nowhere: mend the path, or add the package to the package.json of the workspace that uses it.',
      from: {},
      // The builder's word for the address of a file (what it stands for is in the package's exports), and modules that web/vite.config.ts makes.
      to: {
        couldNotResolve: true,
        pathNot: ['^@jitl/quickjs-wasmfile-release-sync/wasm[?]url$', '^virtual:'],
      },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      comment:
        'shared/ runs on the server and in the page, so it imports only itself and zod. Pass what you need in as an argument, or move the file to server/ or web/.',
      from: { path: '^shared/src/', pathNot: ['[.]test[.]ts$', '/testing/'] },
      to: { pathNot: ['^shared/src/', '/node_modules/zod/'], couldNotResolve: false },
    },
    {
      name: 'shared-tests-are-pure',
      severity: 'error',
      comment:
        'A test in shared/ may use Node, vitest and fast-check besides: a test that needs more belongs to server/ or web/.',
      from: { path: ['^shared/src/.*[.]test[.]ts$', '^shared/src/.*testing/'] },
      to: {
        pathNot: ['^shared/src/', '/node_modules/(zod|vitest|fast-check)/'],
        dependencyTypesNot: ['core'],
        couldNotResolve: false,
      },
    },
    {
      name: 'policy-runs-everywhere',
      severity: 'error',
      comment:
        'policy/ loads policies on the server and in a worker of the page, so it imports shared/, QuickJS, the stripper of types and zod, and nothing of Node or of a page. What differs from place to place comes in as a PolicyPlatform.',
      from: { path: '^policy/src/', pathNot: '[.]test[.]ts$' },
      to: {
        pathNot: [
          '^(policy|shared)/src/',
          '/node_modules/(zod|sucrase|quickjs-emscripten-core|@jitl/quickjs-wasmfile-release-sync)/',
        ],
        couldNotResolve: false,
      },
    },
    {
      name: 'policy-is-below',
      severity: 'error',
      comment: 'policy/ knows neither server nor page: let them pass in what it needs.',
      from: { path: '^policy/' },
      to: { path: '^(server|web|e2e)/' },
    },
    {
      name: 'sandbox-knows-no-sessions',
      severity: 'error',
      comment:
        'server/src/sandbox runs one guest and knows nobody above it. Let it take an interface (declared in sandbox/ or shared/) and pass the implementation in from sessions/ or cli/.',
      from: { path: inServer('sandbox') },
      to: { path: inServer('sessions', 'gateway', 'store', 'labs', 'classroom', 'arena', 'cli') },
    },
    {
      name: 'sessions-know-no-gateway',
      severity: 'error',
      comment:
        'Sessions do not know who watches them: let the gateway subscribe, and hand events over in a callback.',
      from: { path: inServer('sessions') },
      to: { path: inServer('gateway', 'cli') },
    },
    {
      name: 'gateway-is-an-edge',
      severity: 'error',
      comment:
        'The gateway knows all and is known by none but the CLI that starts it: move what you need below it.',
      from: { path: '^server/src/', pathNot: inServer('gateway', 'cli') },
      to: { path: inServer('gateway') },
    },
    {
      name: 'cli-is-an-edge',
      severity: 'error',
      comment:
        'Nothing imports the CLI: move what you need to the folder it belongs to and let the CLI import it too.',
      from: { path: '^server/src/', pathNot: inServer('cli') },
      to: { path: inServer('cli') },
    },
    {
      name: 'server-knows-no-page',
      severity: 'error',
      comment: 'Server and page meet in shared/: put the schema or reducer there.',
      from: { path: '^server/' },
      to: { path: '^(web|e2e)/' },
    },
    {
      name: 'page-knows-no-server',
      severity: 'error',
      comment: 'Page and server meet in shared/: put the schema or reducer there.',
      from: { path: '^web/src/', pathNot: '[.]test[.]tsx?$' },
      to: { path: '^(server|e2e)/' },
    },
    {
      name: 'page-runs-in-a-browser',
      severity: 'error',
      comment: 'A browser has no Node modules: ask the server, or find the Web API that does it.',
      from: { path: '^web/src/', pathNot: '[.]test[.]tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'stories-see-what-a-user-sees',
      severity: 'error',
      comment:
        'e2e/ may know the page only through the browser: find the element by role and name, not by importing code.',
      from: { path: '^e2e/' },
      to: { path: '^(shared|policy|server|web|scripts)/' },
    },
    {
      name: 'scripts-stand-alone',
      severity: 'error',
      comment: 'scripts/ run before anything is installed or built, and nothing that ships may need them.',
      from: { path: '^scripts/' },
      to: { path: '^(shared|policy|server|web|e2e)/' },
    },
    {
      name: 'nothing-needs-scripts',
      severity: 'error',
      comment: "What ships may not need the house's scripts: move the function to the package that uses it.",
      from: { path: '^(shared|policy|server|web)/' },
      to: { path: '^scripts/' },
    },
    {
      name: 'no-dev-package-in-the-program',
      severity: 'error',
      comment:
        "The program imports a package that only tests have: move it to `dependencies` in that workspace's package.json. What only tests import lives in a folder named testing/ or comparison/.",
      from: {
        path: '^(shared|policy|server|web)/src/',
        pathNot: ['[.]test[.]tsx?$', '/(comparison|testing)/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Policies import the module "sandtable", which exists only in their sandbox.
    exclude: { path: ['(^|/)(dist|build)/', '^server/(policies|examples)/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
  },
};
