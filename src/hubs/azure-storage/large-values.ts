/** Values that the engine has put into blobs, compressed (spec/attach.md 1.5). Only those of the hub's own container are ever fetched. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf } from '../../base/error-message';
import * as z from 'zod';
import type { StorageAccount } from './storage-account';

const mostCompressed = 16 * 1024 * 1024;
const mostUnpacked = 64 * 1024 * 1024;
const unpack = promisify(gunzip);

const message = z.object({ TaskMessage: z.object({ Event: z.object({ Input: z.string().nullish() }) }) });

/** A value, or why it could not be had, in a sentence. */
export type LargeValue = { text: string | null } | { problem: string };

export class LargeValues {
  readonly #container: string;

  constructor(
    private readonly account: StorageAccount,
    hubName: string,
  ) {
    this.#container = `${hubName.toLowerCase()}-largemessages`;
  }

  /** The blob that the text is the address of; null for any other text. */
  nameIn(text: string | null): string | null {
    const { blobs } = this.account.connection;
    if (text === null || blobs === null || !/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return null;
    // The port may be another one than when the value was stored: Azurite's is chosen anew.
    const path = decodeURIComponent(new URL(text).pathname);
    const own = `${new URL(blobs).pathname.replace(/\/+$/, '')}/${this.#container}/`;
    return path.startsWith(own) && path.endsWith('.json.gz') && this.#isOurs(text) ? path.slice(own.length) : null;
  }

  async read(name: string): Promise<LargeValue> {
    try {
      const bytes = await this.account.blob(this.#container, name, mostCompressed);
      if (bytes === undefined) return { problem: `The blob ${this.#container}/${name} is not there (any more).` };
      const text = (await unpack(bytes, { maxOutputLength: mostUnpacked })).toString('utf8');
      // A message holds the value, all others are it.
      return { text: name.endsWith('ExecutionStarted.json.gz') ? inputOf(text) : text };
    } catch (error) {
      return { problem: `The blob ${this.#container}/${name} cannot be read: ${messageOf(error)}` };
    }
  }

  #isOurs(text: string): boolean {
    const { blobs, isLocal } = this.account.connection;
    if (blobs === null) return false;
    const [asked, own] = [new URL(text), new URL(blobs)];
    return isLocal ? asked.hostname === own.hostname : asked.origin === own.origin;
  }
}

function inputOf(text: string): string | null {
  try {
    const parsed = message.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data.TaskMessage.Event.Input ?? null) : text;
  } catch {
    return text;
  }
}
