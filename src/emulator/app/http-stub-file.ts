/** The file with the stubs of durable HTTP calls: read when it is needed, and again whenever it has changed. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { DurascopeError } from '../../core/values/errors';
import { type HttpStubs, httpStubsSchema } from '../../http/http-stubs';
import { parseJsonWithComments } from '../../workers/node/app/app-settings';

const defaultFile = 'durascope.http.json';

export class HttpStubFile {
  readonly #file: string;
  #stamp = '';
  #stubs: HttpStubs | null = null;

  /** `given`: a path for which there must be a file. Otherwise durascope.http.json of the app, if there is one. */
  constructor(
    appDir: string,
    private readonly given: string | undefined,
  ) {
    this.#file = path.resolve(appDir, given ?? defaultFile);
  }

  /** Rejects with `AppInvalid` for a file that is not as it should be, `InvalidArgument` for one that is not there. */
  async read(): Promise<HttpStubs | null> {
    const found = await stat(this.#file).catch(() => undefined);
    if (found?.isFile() !== true) {
      if (this.given === undefined) return null;
      throw new DurascopeError('InvalidArgument', `There is no file '${this.#file}' with stubs for HTTP calls.`, {
        details: { file: this.#file },
      });
    }
    const stamp = `${found.mtimeMs} ${found.size}`;
    if (stamp !== this.#stamp) {
      this.#stubs = await this.#load();
      this.#stamp = stamp;
    }
    return this.#stubs;
  }

  async #load(): Promise<HttpStubs> {
    const name = path.basename(this.#file);
    const parsed = httpStubsSchema.safeParse(parseJsonWithComments(await readFile(this.#file, 'utf8'), name, this.#file));
    if (parsed.success) return { ...parsed.data, source: name };
    throw new DurascopeError(
      'AppInvalid',
      `${name} is not as it should be: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      {
        details: { file: this.#file },
      },
    );
  }
}
