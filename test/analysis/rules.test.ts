import assert from 'node:assert/strict';
import { analyzeText, applied, orchestrator, told } from './analyze-text';

interface Story {
  body: string;
  /** What stands before the orchestrator in the file. */
  before?: string;
  /** Findings as `cause: text`. */
  found: readonly string[];
  /** The body after the first finding's first fix; null: no fix. */
  fixed?: string | null;
}

const bad: Record<string, Story[]> = {
  'current time': [
    {
      body: 'const now = Date.now();',
      found: ['currentTime: Date.now()'],
      fixed: 'const now = context.df.currentUtcDateTime.getTime();',
    },
    {
      body: 'const due = new Date();',
      found: ['currentTime: new Date()'],
      fixed: 'const due = context.df.currentUtcDateTime;',
    },
    {
      body: 'const due = new Date();\ndue.setHours(8);',
      found: ['currentTime: new Date()'],
      fixed: 'const due = new Date(context.df.currentUtcDateTime);\ndue.setHours(8);',
    },
    { body: 'return new Date(Date.now() + 1000);', found: ['currentTime: Date.now()'] },
    { body: 'return Date();', found: ['currentTime: Date()'], fixed: 'return context.df.currentUtcDateTime.toString();' },
    {
      body: 'const t = performance.now();',
      found: ['currentTime: performance.now()'],
      fixed: 'const t = context.df.currentUtcDateTime.getTime();',
    },
    { body: 'const t = process.hrtime.bigint();', found: ['currentTime: process.hrtime.bigint()'], fixed: null },
    { body: 'const t = globalThis.Date.now();', found: ['currentTime: globalThis.Date.now()'] },
    { body: 'const read = Date.now;', found: ['currentTime: Date.now'] },
    { body: "const t = Date['now']();", found: ["currentTime: Date['now']()"] },
    {
      before: "import { performance as clock } from 'node:perf_hooks';",
      body: 'const t = clock.now();',
      found: ['currentTime: clock.now()'],
    },
    {
      before: "import moment from 'moment';",
      body: 'const t = moment().add(1, "day");',
      found: ['currentTime: moment()'],
      fixed: 'const t = moment(context.df.currentUtcDateTime).add(1, "day");',
    },
    {
      before: "const dayjs = require('dayjs');",
      body: 'const t = dayjs();',
      found: ['currentTime: dayjs()'],
      fixed: 'const t = dayjs(context.df.currentUtcDateTime);',
    },
    {
      before: "import { DateTime } from 'luxon';",
      body: 'const t = DateTime.now();',
      found: ['currentTime: DateTime.now()'],
      fixed: 'const t = DateTime.fromJSDate(context.df.currentUtcDateTime);',
    },
    { before: "import { isPast } from 'date-fns';", body: 'if (isPast(x)) return;', found: ['currentTime: isPast(x)'] },
    {
      before: 'const startedAt = Date.now();',
      body: 'return startedAt;',
      found: ['currentTime: startedAt'],
      fixed: null,
    },
  ],
  'random values and identifiers': [
    { body: 'const r = Math.random();', found: ['random: Math.random()'], fixed: null },
    {
      body: 'const id = crypto.randomUUID();',
      found: ['uuid: crypto.randomUUID()'],
      fixed: 'const id = context.df.newGuid(context.df.instanceId);',
    },
    { before: "import { randomUUID } from 'crypto';", body: 'const id = randomUUID();', found: ['uuid: randomUUID()'] },
    { before: "import * as c from 'node:crypto';", body: 'c.randomBytes(8);', found: ['random: c.randomBytes(8)'] },
    {
      before: "import { v4 as uuid } from 'uuid';",
      body: 'const id = uuid();',
      found: ['uuid: uuid()'],
      fixed: 'const id = context.df.newGuid(context.df.instanceId);',
    },
    { before: "const { nanoid } = require('nanoid');", body: 'const id = nanoid();', found: ['uuid: nanoid()'] },
    { before: "import _ from 'lodash';", body: 'return _.shuffle(list);', found: ['random: _.shuffle(list)'] },
    { before: 'const salt = Math.random() * 3;', body: 'return salt;', found: ['random: salt'] },
  ],
  'environment variables': [
    { body: 'const url = process.env.URL;', found: ['environment: process.env.URL'] },
    { body: 'const { URL } = process.env;\nreturn URL;', found: ['environment: process.env'] },
    { before: "import { env } from 'node:process';", body: 'const url = env.URL;', found: ['environment: env.URL'] },
    { before: "const url = process.env.URL ?? 'x';", body: 'return url;', found: ['environment: url'] },
    { before: 'const { URL: url } = process.env;', body: 'return url;', found: ['environment: url'] },
  ],
  'timers and sleeps': [
    {
      body: 'yield new Promise((resolve) => setTimeout(resolve, 1000));',
      found: ['timer: yield new Promise((resolve) => setTimeout(resolve, 1000))'],
      fixed: 'yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));',
    },
    {
      before: 'const sleep = (ms) => new Promise((r) => setTimeout(r, ms));',
      body: 'await sleep(5 * 60_000);',
      found: ['timer: await sleep(5 * 60_000)'],
      fixed: 'yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5 * 60_000));',
    },
    {
      before: "import { setTimeout as wait } from 'node:timers/promises';",
      body: 'await wait(ms);',
      found: ['timer: await wait(ms)'],
      fixed: 'yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));',
    },
    { body: 'setTimeout(() => {}, 5);', found: ['timer: setTimeout(() => {}, 5)'] },
    { body: 'const id = setInterval(tick, 5);', found: ['timer: setInterval(tick, 5)'] },
    { body: 'process.nextTick(go);', found: ['timer: process.nextTick(go)'] },
  ],
  'network, files, processes': [
    { body: 'const r = yield fetch(url);', found: ['network: fetch(url)'] },
    { body: 'const r = await fetch(url);', found: ['network: fetch(url)'] },
    { before: "import axios from 'axios';", body: 'await axios.get(url);', found: ['network: axios.get(url)'] },
    {
      before: "import axios from 'axios';\nconst api = axios.create({});",
      body: 'api.get(url);',
      found: ['network: api.get(url)'],
    },
    { before: "import https from 'https';", body: 'https.get(url, done);', found: ['network: https.get(url, done)'] },
    {
      before: "import { CosmosClient } from '@azure/cosmos';\nconst client = new CosmosClient({});",
      body: "client.database('d').container('c').items.create({});",
      found: ["network: client.database('d').container('c').items.create({})"],
    },
    { before: "import fs from 'node:fs';", body: "fs.readFileSync('x');", found: ["fileSystem: fs.readFileSync('x')"] },
    { before: "import { readFile } from 'fs/promises';", body: "await readFile('x');", found: ["fileSystem: readFile('x')"] },
    { before: "const { execSync } = require('child_process');", body: "execSync('ls');", found: ["process: execSync('ls')"] },
    { before: "import os from 'os';", body: 'return os.hostname();', found: ['process: os.hostname()'] },
    { body: 'return process.pid;', found: ['process: process.pid'] },
  ],
  'await, async, yield': [
    {
      body: "const x = await context.df.callActivity('A');",
      found: ["awaitNonDurable: await context.df.callActivity('A')"],
      fixed: "const x = yield context.df.callActivity('A');",
    },
    { body: 'const x = await load();', found: ['awaitNonDurable: await load()'], fixed: null },
    {
      body: "const tasks = xs.map((x) => context.df.callActivity('A', x));\nawait Promise.all(tasks);",
      found: ['awaitNonDurable: await Promise.all(tasks)'],
      fixed: "const tasks = xs.map((x) => context.df.callActivity('A', x));\nyield context.df.Task.all(tasks);",
    },
    {
      body: "const tasks = [];\ntasks.push(context.df.callActivity('A'));\nyield Promise.race(tasks);",
      found: ['yieldNonTask: yield Promise.race(tasks)'],
      fixed: "const tasks = [];\ntasks.push(context.df.callActivity('A'));\nyield context.df.Task.any(tasks);",
    },
    { body: 'yield 5;', found: ['yieldNonTask: yield 5'], fixed: '5;' },
    {
      body: 'yield context.df.continueAsNew(1);',
      found: ['yieldNonTask: yield context.df.continueAsNew(1)'],
      fixed: 'context.df.continueAsNew(1);',
    },
    { body: 'yield;', found: ['yieldNonTask: yield'], fixed: null },
    {
      body: 'yield context.df.signalEntity(id, "add", 1);',
      found: ['yieldNonTask: yield context.df.signalEntity(id, "add", 1)'],
      fixed: 'context.df.signalEntity(id, "add", 1);',
    },
    {
      body: "yield [context.df.callActivity('A'), context.df.callActivity('B')];",
      found: ["yieldNonTask: yield [context.df.callActivity('A'), context.df.callActivity('B')]"],
      fixed: "yield context.df.Task.all([context.df.callActivity('A'), context.df.callActivity('B')]);",
    },
    { before: 'async function load() {}', body: 'yield load();', found: ['yieldNonTask: yield load()'] },
    {
      before: "function* part(context) { yield context.df.callActivity('A'); }",
      body: 'yield part(context);',
      found: ['yieldNonTask: yield part(context)'],
      fixed: 'yield* part(context);',
    },
  ],
  'missing yield': [
    {
      body: "context.df.callActivity('A');",
      found: ["missingYield: context.df.callActivity('A')"],
      fixed: "yield context.df.callActivity('A');",
    },
    {
      body: "const x = context.df.callActivity('A');",
      found: ["missingYield: context.df.callActivity('A')"],
      fixed: "const x = yield context.df.callActivity('A');",
    },
    {
      body: "const n = context.df.callActivity('A').length;",
      found: ["missingYield: context.df.callActivity('A')"],
      fixed: "const n = (yield context.df.callActivity('A')).length;",
    },
    {
      body: "return context.df.callActivity('A');",
      found: ["missingYield: context.df.callActivity('A')"],
      fixed: "return yield context.df.callActivity('A');",
    },
    { body: "const x = context.df.callActivity('A');\nreturn x.name;", found: ['missingYield: x'] },
    { body: "return `got ${context.df.callActivity('A')}`;", found: ["missingYield: context.df.callActivity('A')"] },
    { body: "isBig && context.df.callActivity('A');", found: ["missingYield: context.df.callActivity('A')"] },
    {
      body: "xs.forEach((x) => context.df.callActivity('A', x));",
      found: ["missingYield: context.df.callActivity('A', x)"],
      fixed: null,
    },
    { body: 'context.df.createTimer(due);', found: ['missingYield: context.df.createTimer(due)'] },
    { body: 'context.df.Task.all([]);', found: ['missingYield: context.df.Task.all([])'] },
    {
      before: "const hello = df.app.activity('hello', { handler: () => 1 });",
      body: 'hello({});',
      found: ['missingYield: hello({})'],
      fixed: 'yield hello({});',
    },
    {
      before: "function* part(context) { yield context.df.callActivity('A'); }",
      body: 'part(context);',
      found: ['missingYield: part(context)'],
      fixed: 'yield* part(context);',
    },
  ],
  'work that depends on isReplaying': [
    {
      body: "if (!context.df.isReplaying) yield context.df.callActivity('A');",
      found: ["replayFlag: context.df.callActivity('A')"],
    },
    {
      body: 'const t = context.df.isReplaying ? null : context.df.createTimer(due);\nyield t;',
      found: ['replayFlag: context.df.createTimer(due)'],
    },
    {
      body: "context.df.isReplaying || context.df.signalEntity(id, 'add');",
      found: ["replayFlag: context.df.signalEntity(id, 'add')"],
    },
    {
      before: "function* part(c) { yield c.df.callActivity('A'); }",
      body: 'if (x && context.df.isReplaying === false) yield* part(context);',
      found: ["replayFlag: c.df.callActivity('A')"],
    },
  ],
  'state outside of the orchestrator': [
    { before: 'let count = 0;', body: 'count += 1;', found: ['globalState: count'] },
    { before: 'let count = 0;', body: 'count++;\nreturn count;', found: ['globalState: count', 'globalState: count'] },
    { before: 'let last;\nexport function note(x) { last = x; }', body: 'return last;', found: ['globalState: last'] },
    { before: 'const cache = new Map();', body: "cache.set('a', 1);", found: ["globalState: cache.set('a', 1)"] },
    {
      before: 'const seen = {};',
      body: "seen.a = 1;\ndelete seen['b'];",
      found: ['globalState: seen.a = 1', "globalState: delete seen['b']"],
    },
    {
      before: 'const cache = {};\nexport const put = (k, v) => { cache[k] = v; };',
      body: "return cache['a'];",
      found: ['globalState: cache'],
    },
    { body: 'globalThis.count = 1;', found: ['globalState: globalThis.count = 1'] },
    { before: 'class Counter { static count = 0; }', body: 'Counter.count++;', found: ['globalState: Counter.count++'] },
  ],
};

describe('findings in orchestrators', () => {
  for (const [topic, stories] of Object.entries(bad)) {
    describe(topic, () => {
      for (const story of stories) {
        const title = [story.before, story.body].filter(Boolean).join(' | ').replaceAll('\n', ' ');
        it(`${title} is found${story.fixed === undefined ? '' : story.fixed === null ? ', without a fix' : ' and put right'}`, async () => {
          const text = orchestrator(story.body, story.before);
          const findings = await analyzeText(text);
          assert.deepEqual(told(findings, text), story.found);
          if (story.fixed === undefined) return;
          const fix = findings[0]?.fixes[0];
          if (story.fixed === null) assert.equal(fix, undefined);
          else {
            assert.ok(fix);
            const fixed = applied(text, fix);
            assert.equal(fixed, orchestrator(story.fixed, story.before));
            assert.ok((await analyzeText(fixed)).length < findings.length, 'the fix leaves the finding');
          }
        });
      }
    });
  }

  const good: Record<string, string | { before: string; body: string }> = {
    'dates made of something':
      'const d = new Date(context.df.currentUtcDateTime);\nconst e = new Date(2020, 1, 1);\nreturn Date.UTC(2020, 1);',
    'a name of the function': 'const Date = { now: () => 1 };\nreturn Date.now();',
    'a name of the module': { before: 'const fetch = (x) => x;', body: 'return fetch(1);' },
    'a parameter by the name of a global': 'return [1].map((process) => process.env);',
    'an import by the name of a global': { before: "import { setTimeout } from './own';", body: 'return setTimeout(1);' },
    types: 'const d: Date = x;\nconst f: typeof fetch = y as unknown as typeof fetch;\ntype T = ReturnType<typeof setTimeout>;',
    'a type that is imported': { before: "import type { Axios } from 'axios';", body: 'const a: Axios = x;' },
    'comments and strings': "// Date.now()\n/* fetch(x) */\nreturn 'Math.random()';",
    'tasks that are kept':
      "const t = context.df.callActivity('A');\nconst u = context.df.createTimer(due);\nconst w = yield context.df.Task.any([t, u]);\nif (w === t) u.cancel();\nreturn t.result;",
    'tasks in a list':
      "const ts = [];\nfor (const x of xs) ts.push(context.df.callActivity('A', x));\nreturn yield context.df.Task.all(ts);",
    'what gives no task': "context.df.setCustomStatus('x');\ncontext.df.signalEntity(id, 'add');\ncontext.df.continueAsNew(1);",
    'registered activities': {
      before: "const hello = df.app.activity('hello', { handler: () => fetch('x') });",
      body: 'const r = yield hello(1);\nreturn yield hello(2).withRetry(o);',
    },
    'what is only logged': 'context.log(`at ${Date.now()}`);\nconsole.log(process.env.X);\ncontext.info(new Date());',
    'what is done when not replaying': 'if (!context.df.isReplaying) { const t = Date.now(); context.log(t); }',
    'constants of the module': {
      before: "const limit = 5;\nconst cities = ['A'];\nlet later;\nlater = 3;",
      body: 'return cities[limit] + later;',
    },
    'errors of a package': {
      before: "import axios from 'axios';",
      body: 'try { yield context.df.callActivity("A"); } catch (e) { if (axios.isAxiosError(e)) return; }',
    },
    'packages that compute': {
      before:
        "import { v5 } from 'uuid';\nimport path from 'path';\nimport _ from 'lodash';\nimport { createHash } from 'crypto';",
      body: "return [v5('a', ns), path.join('a'), _.sum([1]), createHash('md5').update('x').digest('hex')];",
    },
    'moments made of something': {
      before: "import moment from 'moment';",
      body: 'return moment(context.df.currentUtcDateTime).format();',
    },
    'generators that only count': {
      before: 'function* count(n) { for (let i = 0; i < n; i++) yield i; }',
      body: 'for (const i of count(3)) yield context.df.callActivity("A", i);',
    },
    'tasks from elsewhere': 'yield makeTask();\nyield this.task;\nyield tasks[0];',
    'the fields of context.df': 'return [context.df.instanceId, context.df.isReplaying, context.df.newGuid("x")];',
    'state of the orchestrator itself':
      "class Box { static n = 0; }\nBox.n += 1;\nconst seen = new Map();\nseen.set('a', 1);\nlet last = 1;\nlast = 2;",
    'methods of objects by the names of globals':
      'context.env.process.env();\nmy.setTimeout(1);\nreturn { fetch: 1, setTimeout() {} };',
  };
  describe('nothing is said about', () => {
    for (const [title, story] of Object.entries(good)) {
      it(title, async () => {
        const text = typeof story === 'string' ? orchestrator(story) : orchestrator(story.body, story.before);
        assert.deepEqual(told(await analyzeText(text), text), []);
      });
    }

    it('activities, entities and triggers', async () => {
      const text = `
        import * as df from 'durable-functions';
        import { app } from '@azure/functions';
        const now = () => Date.now();
        df.app.activity('A', { handler: async () => { await fetch('x'); return Math.random() + now(); } });
        df.app.entity('E', (context) => { context.df.setState(Date.now()); });
        app.http('H', { handler: async (request, context) => { setTimeout(() => {}, 1); return { body: process.env.X }; } });
        df.app.orchestration('O', function* (context) { return yield context.df.callActivity('A'); });`;
      assert.deepEqual(told(await analyzeText(text), text), []);
    });
  });
});
