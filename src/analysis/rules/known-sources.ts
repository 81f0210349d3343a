/** What of the runtime, of Node.js and of well-known packages gives an orchestrator something else at each replay, or acts on the world. */
import type { DeterminismCause } from '../../core/history/divergence';

export interface ExternalUse {
  /** The package or module; empty for the runtime's own globals. */
  source: string;
  /** As in `Value`: what of it, `()` standing for the result of a call. */
  path: readonly string[];
  how: 'call' | 'new' | 'read';
  /** Of a call or `new`; 0 for a read. */
  arguments: number;
}

/** The cause that a use of something external falls under; null for what does no harm. */
export function causeOfUse(use: ExternalUse): DeterminismCause | null {
  const source = use.source.replace(/^node:/, '');
  const own = rules.get(source);
  if (own !== undefined) return own(use, use.path.join('.'));
  if (use.how === 'read') return null;
  if (isOneOf(networkPackages, source)) return usesService(use) ? 'network' : null;
  if (isOneOf(filePackages, source)) return 'fileSystem';
  if (isOneOf(processPackages, source)) return 'process';
  if (isOneOf(timerPackages, source)) return 'timer';
  if (isOneOf(uuidPackages, source)) return 'uuid';
  return null;
}

type Rule = (use: ExternalUse, path: string) => DeterminismCause | null;

/** Calls of the named members only. */
const calls =
  (names: readonly string[], cause: DeterminismCause): Rule =>
  (use, path) =>
    use.how === 'call' && names.includes(path) ? cause : null;

/** The current time where it is called without arguments. */
const nowWithoutArguments =
  (names: readonly string[]): Rule =>
  (use, path) =>
    use.how !== 'read' && names.includes(path) && use.arguments === 0 ? 'currentTime' : null;

const firstOf =
  (...each: readonly Rule[]): Rule =>
  (use, path) => {
    for (const rule of each) {
      const cause = rule(use, path);
      if (cause !== null) return cause;
    }
    return null;
  };

const anyCall =
  (cause: DeterminismCause): Rule =>
  (use) =>
    use.how === 'read' ? null : cause;

const timerNames = ['setTimeout', 'setInterval', 'setImmediate'];

const globals: Rule = (use, path) => {
  // Handed to something else they do the same.
  if (timerNames.includes(path)) return 'timer';
  if (path === 'Date') return use.how === 'call' || (use.how === 'new' && use.arguments === 0) ? 'currentTime' : null;
  if (path === 'Date.now' || path === 'Math.random') return path === 'Date.now' ? 'currentTime' : 'random';
  if (use.how === 'new') return ['XMLHttpRequest', 'WebSocket', 'EventSource'].includes(path) ? 'network' : null;
  if (use.how !== 'call') return null;
  if (path === 'performance.now' || path.startsWith('Temporal.Now.')) return 'currentTime';
  if (path === 'queueMicrotask' || path === 'Atomics.wait' || path === 'scheduler.wait') return 'timer';
  return path === 'fetch' ? 'network' : null;
};

const processRule: Rule = (use, path) => {
  if (use.path[0] === 'env') return 'environment';
  if (['hrtime', 'hrtime.bigint', 'uptime'].includes(path)) return use.how === 'call' ? 'currentTime' : null;
  if (path === 'nextTick') return 'timer';
  const asksOfProcess = ['pid', 'ppid', 'argv', 'execPath', 'platform', 'arch', 'version', 'versions', 'title'];
  if (asksOfProcess.includes(use.path[0] ?? '')) return 'process';
  const acts = ['cwd', 'chdir', 'memoryUsage', 'cpuUsage', 'resourceUsage', 'exit', 'abort', 'kill'];
  return use.how === 'call' && acts.includes(use.path[0] ?? '') ? 'process' : null;
};

const cryptoRule: Rule = (use, path) => {
  if (use.how === 'read') return null;
  const name = path.replace(/^webcrypto\./, '');
  if (name === 'randomUUID') return 'uuid';
  return /^(random(Bytes|Int|Fill|FillSync)|getRandomValues|pseudoRandomBytes|generateKey\w*|subtle\.generateKey)$/.test(name)
    ? 'random'
    : null;
};

const lodash = firstOf(
  calls(['random', 'shuffle', 'sample', 'sampleSize'], 'random'),
  calls(['now'], 'currentTime'),
  calls(['uniqueId'], 'globalState'),
);

const dateFns = calls(
  [
    ...[
      'isPast',
      'isFuture',
      'isToday',
      'isTomorrow',
      'isYesterday',
      'isThisHour',
      'isThisMinute',
      'isThisMonth',
      'isThisQuarter',
    ],
    ...['isThisSecond', 'isThisWeek', 'isThisYear', 'formatDistanceToNow', 'formatDistanceToNowStrict'],
    ...['startOfToday', 'startOfTomorrow', 'startOfYesterday', 'endOfToday', 'endOfTomorrow', 'endOfYesterday'],
  ],
  'currentTime',
);

const rules = new Map<string, Rule>([
  ['', globals],
  ['process', processRule],
  ['crypto', cryptoRule],
  ['perf_hooks', calls(['performance.now'], 'currentTime')],
  [
    'timers',
    (use) => (timerNames.some((name) => use.path.includes(name)) || use.path[0] === 'promises' ? readOrCall(use, 'timer') : null),
  ],
  ['uuid', (use, path) => (use.how === 'call' && ['', 'v1', 'v4', 'v6', 'v7'].includes(path) ? 'uuid' : null)],
  ['uuid/v1', anyCall('uuid')],
  ['uuid/v4', anyCall('uuid')],
  ['nanoid', calls(['nanoid', 'customAlphabet.()', 'customRandom.()'], 'uuid')],
  [
    'mongodb',
    firstOf((use, path) => (path === 'ObjectId' && use.how !== 'read' && use.arguments === 0 ? 'uuid' : null), service),
  ],
  ['moment', nowWithoutArguments(['', 'utc', 'now'])],
  ['moment-timezone', nowWithoutArguments(['', 'utc', 'now'])],
  ['dayjs', nowWithoutArguments(['', 'utc'])],
  ['luxon', nowWithoutArguments(['DateTime.now', 'DateTime.local', 'DateTime.utc'])],
  ['date-fns', dateFns],
  ['lodash', lodash],
  ['lodash-es', lodash],
  ['underscore', lodash],
  ['@faker-js/faker', (use) => (use.how === 'call' && use.path[0] === 'faker' && use.path[1] !== 'seed' ? 'random' : null)],
  ['random', anyCall('random')],
  ['child_process', anyCall('process')],
  ['os', anyCall('process')],
  ['worker_threads', anyCall('process')],
  ['cluster', anyCall('process')],
  ['fs', anyCall('fileSystem')],
  ['http', calls(['request', 'get', 'createServer'], 'network')],
  ['https', calls(['request', 'get', 'createServer'], 'network')],
  ['http2', calls(['connect', 'createServer', 'createSecureServer'], 'network')],
  ['net', (use, path) => (/^(connect|createConnection|createServer|Socket)$/.test(path) ? readOrCall(use, 'network') : null)],
  ['tls', calls(['connect', 'createServer'], 'network')],
  ['dgram', calls(['createSocket'], 'network')],
  ['dns', anyCall('network')],
]);

function readOrCall(use: ExternalUse, cause: DeterminismCause): DeterminismCause | null {
  return use.how === 'read' && cause !== 'timer' ? null : cause;
}

function service(use: ExternalUse): DeterminismCause | null {
  return use.how === 'call' && usesService(use) ? 'network' : null;
}

/** Building a client, an error or a value reaches nobody; calling the package, what it gave or one of its functions does. */
function usesService({ how, path }: ExternalUse): boolean {
  if (how === 'new') return false;
  const [first] = path;
  if (first === undefined) return true;
  const isMadeHere = path.includes('()');
  if (/^[A-Z]/.test(first) && !isMadeHere) return false;
  return isMadeHere || !/^(is[A-Z]\w*|create|extend|defaults|interceptors|on|once|off)$/.test(path.at(-1) ?? '');
}

function isOneOf(names: readonly string[], source: string): boolean {
  return names.some((name) => source === name || source.startsWith(name.endsWith('*') ? name.slice(0, -1) : `${name}/`));
}

const networkPackages = [
  ...['axios', 'got', 'ky', 'needle', 'node-fetch', 'cross-fetch', 'isomorphic-fetch', 'undici', 'superagent', 'request'],
  ...[
    'request-promise',
    'request-promise-native',
    'graphql-request',
    'soap',
    'ws',
    'socket.io-client',
    'ssh2',
    'basic-ftp',
    'nodemailer',
  ],
  ...[
    'pg',
    'mysql',
    'mysql2',
    'mssql',
    'tedious',
    'mongoose',
    'redis',
    'ioredis',
    'knex',
    'sequelize',
    'typeorm',
    '@prisma/client',
  ],
  ...[
    'amqplib',
    'kafkajs',
    'openai',
    'stripe',
    'twilio',
    '@sendgrid/mail',
    'googleapis',
    '@google-cloud/*',
    '@aws-sdk/*',
    'aws-sdk',
  ],
  ...['@azure/storage-*', '@azure/cosmos', '@azure/service-bus', '@azure/event-hubs', '@azure/eventgrid', '@azure/data-tables'],
  ...['@azure/keyvault-*', '@azure/identity', '@azure/openai', '@azure/app-configuration', '@microsoft/microsoft-graph-client'],
];
const filePackages = [
  'fs-extra',
  'graceful-fs',
  'glob',
  'fast-glob',
  'globby',
  'rimraf',
  'mkdirp',
  'chokidar',
  'write-file-atomic',
];
const processPackages = ['execa', 'cross-spawn', 'shelljs', 'zx'];
const timerPackages = ['delay', 'sleep-promise', 'timers-ext', 'promise-sleep'];
const uuidPackages = [
  'uuidv4',
  'uuidv7',
  'uuid-random',
  'short-uuid',
  'shortid',
  'uniqid',
  'cuid',
  '@paralleldrive/cuid2',
  'ulid',
  'ulidx',
  'ksuid',
];
