/** A place where one process can connect back to us: a socket in a private temporary folder, a named pipe on Windows. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { makeTemporaryFolder } from '../../../base/temporary-folders';

export class LocalSocket {
  static async listen(): Promise<LocalSocket> {
    const token = randomBytes(32).toString('hex');
    const isWindows = process.platform === 'win32';
    const folder = isWindows ? null : await makeTemporaryFolder('app');
    const address = folder === null ? `\\\\.\\pipe\\durascope-${randomBytes(12).toString('hex')}` : path.join(folder, 'worker');
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
    server.on('error', () => undefined);
    return new LocalSocket(server, address, token, folder);
  }

  private isClosed = false;

  private constructor(
    private readonly server: Server,
    readonly path: string,
    /** What the one who connects has to say first. */
    readonly token: string,
    private readonly folder: string | null,
  ) {}

  onConnection(listener: (connection: Socket) => void): void {
    this.server.on('connection', listener);
  }

  isToken(given: unknown): boolean {
    if (typeof given !== 'string') return false;
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  /** No further connections; those that are open stay. May be called twice. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.server.close();
    try {
      // At once: a program that has run its one instance ends now.
      if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // Left to whoever clears up after processes that were killed.
    }
  }
}
