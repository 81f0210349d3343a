/**
 * Requests with an access token, for accounts that are opened with a sign-in.
 *
 *   B1. One question for a token is under way at a time: whoever has to sign in is asked once.
 *   B2. An account that says which directory it is of is asked once more with a token of that one, unless the connection names another.
 */
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { AccessTokens, SignIn } from '../access-token';

/** The first version of the service that takes tokens for tables. */
const firstVersion = '2020-12-06';

export class SignedInClient implements HttpClient {
  #tenant: string | null;
  #asking: Promise<string> | undefined;

  constructor(
    private readonly inner: HttpClient,
    private readonly signIn: SignIn,
    private readonly tokens: AccessTokens,
  ) {
    this.#tenant = signIn.tenant;
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const version = request.headers.get('x-ms-version') ?? '';
    if (version < firstVersion) request.headers.set('x-ms-version', firstVersion);
    request.headers.set('authorization', `Bearer ${await this.#token()}`);
    const response = await this.inner.sendRequest(request);
    const tenant = response.status === 401 ? tenantIn(response.headers.get('www-authenticate') ?? '') : undefined;
    if (tenant === undefined || tenant === this.#tenant || this.signIn.tenant !== null) return response;
    this.#tenant = tenant; // B2
    request.headers.set('authorization', `Bearer ${await this.#token()}`);
    return this.inner.sendRequest(request);
  }

  #token(): Promise<string> {
    // B1
    this.#asking ??= this.tokens({ ...this.signIn, tenant: this.#tenant }).finally(() => (this.#asking = undefined));
    return this.#asking;
  }
}

/** `Bearer authorization_uri=https://login.microsoftonline.com/DIRECTORY/oauth2/authorize ...` */
function tenantIn(challenge: string): string | undefined {
  return /\bauthorization_uri="?https:\/\/[^/\s"]+\/([\w.-]+)/i.exec(challenge)?.[1];
}
