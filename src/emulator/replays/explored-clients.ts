/** What durable clients of an app reach that is explored: nothing but a list of what they send, which an activity then brings about each time that it completes. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { entityInstanceId } from '../../core/values/entity-id';
import { durableClientBinding } from '../../http/management-urls';
import type { RaisedEvent } from '../../replay/explore/simulated-run';

export class ExploredClients {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #path = `/${randomBytes(16).toString('hex')}/`;
  #raised: RaisedEvent[] = [];

  /** `ids`: of the instances that there are. */
  static async listen(ids: readonly string[]): Promise<ExploredClients> {
    const clients = new ExploredClients(ids);
    const server = clients.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return clients;
  }

  private constructor(private readonly ids: readonly string[]) {}

  get binding(): string {
    const origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return durableClientBinding({ origin, hubName: 'explored', key: '', rpcBaseUrl: `${origin}${this.#path}` });
  }

  /** What was sent since it was asked for last. */
  taken(): RaisedEvent[] {
    return this.#raised.splice(0);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const parts = pathname.startsWith(this.#path) ? pathname.slice(this.#path.length).split('/').map(decodeURIComponent) : [];
    const [what, one = '', two = '', name = ''] = parts;
    const body = await text(request).catch(() => '');
    const data = body === '' ? null : body;
    const isPost = request.method === 'POST';
    if (isPost && what === 'instances' && two === 'raiseEvent') {
      if (this.ids.includes(one)) this.#raised.push({ instanceId: one, name, data });
      response.statusCode = this.ids.includes(one) ? 202 : 404;
    } else if (isPost && what === 'entities') {
      const entityId = entityInstanceId({ name: one, key: two });
      this.#raised.push({ instanceId: entityId, name: `${entityId}.${searchParams.get('op') ?? ''}`, data });
      response.statusCode = 202;
    } else {
      response.statusCode = 501;
      response.write('While schedules are explored a client raises events and signals entities; it does nothing else.');
    }
    response.end();
  }
}
