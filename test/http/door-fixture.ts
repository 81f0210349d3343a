/** A server on real sockets whose hub only notes what it is asked to change. */
import type { TaskHubClient } from '../../src/core/ports/task-hub-client';
import { HttpFixture } from './http-fixture';
import { RawCaller } from './raw-requests';

const reading = new Set<PropertyKey>([
  'get',
  'query',
  'countByStatus',
  'history',
  'customStatusChanges',
  'waitingFor',
  'waitForCompletion',
  'getEntity',
  'queryEntities',
  'entityBatches',
  'subscribe',
]);

export class DoorFixture {
  /** Every change that got as far as the hub, the app's functions called by hand or connected programs. */
  readonly changes: string[] = [];
  /** Routes of ours that change something, with values in their paths. */
  readonly changing: readonly { method: string; target: string }[];

  private constructor(
    readonly http: HttpFixture,
    readonly caller: RawCaller,
    changes: string[],
  ) {
    this.changes = changes;
    this.changing = http.app.routes
      .filter(({ access }) => access === 'key')
      .map(({ method, path }) => ({
        method: method === 'any' ? 'POST' : method,
        target: `${path
          .replace(':id', path.startsWith('/durascope/entities') ? '@counter@a' : 'one')
          .replace('/orchestrators/:name', '/orchestrators/Waits')
          .replace('/functions/:name', '/functions/Manual')
          .replace('/entities/:name', '/entities/counter')
          .replace(':key', 'a')
          .replace(':event', 'Go')}${method === 'DELETE' && path.endsWith('/instances') ? '?createdTimeFrom=2000-01-01' : ''}`,
      }))
      // Answered with the real service's refusal for want of a name, by anybody.
      .filter(({ target }) => !/durabletask(extension)?\/entities$/i.test(target));
  }

  /** Requests that reached a function of the app. */
  get calls(): { name: string }[] {
    return this.http.calls;
  }

  get port(): number {
    return this.caller.port;
  }

  static async open(): Promise<DoorFixture> {
    const changes: string[] = [];
    const note =
      (name: string, result: unknown) =>
      (...args: unknown[]) => {
        changes.push(`${name}(${JSON.stringify(args).slice(0, 100)})`);
        return Promise.resolve(result);
      };
    const http = await HttpFixture.open({
      entities: { counter: {} } as never,
      http: { Start: () => ({}) },
      httpFunctions: [
        { name: 'Start', route: 'start' },
        { name: 'Any', route: 'any/{*rest}' },
      ],
      settings: { cors: { allowedOrigins: ['https://friend.example'], supportCredentials: false } },
      hub: (engine) =>
        new Proxy(engine, {
          get: (target, name: keyof TaskHubClient) => {
            const own: unknown = Reflect.get(target, name);
            if (typeof own !== 'function') return own;
            if (reading.has(name)) return (own as (...args: unknown[]) => unknown).bind(target);
            return note(name, name.startsWith('purge') ? 1 : { instanceId: 'one', executionId: 'x', count: 1 });
          },
        }),
      app: {
        runsElsewhere: () => true,
        invoke: note('invoke', null) as () => Promise<null>,
        replays: { open: note('open', {}), moment: note('moment', {}), close: note('close', undefined) } as never,
      },
    });
    await http.hub.start('Echo', { instanceId: 'one' });
    await http.hub.quiet();
    const origin = await http.listen();
    return new DoorFixture(http, new RawCaller(Number(new URL(origin).port)), changes);
  }

  /** A body that the route takes. */
  bodyFor(target: string): string {
    const history = [
      { EventType: 'ExecutionStarted', EventId: -1, Timestamp: '2026-01-01T00:00:00.0000000Z', IsPlayed: true, Name: 'Waits' },
    ];
    const bodies: [RegExp, unknown][] = [
      [/^\/durascope\/instances$/, { name: 'Waits' }],
      [/\/events$/, { name: 'Go', data: null }],
      [/\/(terminate|suspend|resume|rewind)$/, { reason: null }],
      [/\/invoke$/, { input: null, metadata: {} }],
      [/\/import$/, { instances: [], onConflict: 'refuse' }],
      [/\/signal$/, { operation: 'add' }],
      [/\/moment$/, { index: 0 }],
      [/\/replays$/, { instanceId: 'one', executionId: 'x', functionName: 'Waits', history }],
    ];
    return JSON.stringify(bodies.find(([pattern]) => pattern.test(target))?.[1] ?? {});
  }

  async dispose(): Promise<void> {
    this.caller.close();
    await this.http.dispose();
  }
}
