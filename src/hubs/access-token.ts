/** Access tokens for what takes neither keys nor signatures. */
import { execFile } from 'node:child_process';
import { DurascopeError } from '../core/values/errors';

/** With what a token has to be had. */
export interface SignIn {
  /** Like `https://durabletask.io/.default`. */
  scope: string;
  tenant: string | null;
  /** `sovereign`: one that has directories of its own (China, US Government). */
  cloud: 'public' | 'sovereign';
}

/** Rejects with `HubUnreachable`, saying how to sign in. Called before each request. */
export type AccessTokens = (signIn: SignIn) => Promise<string>;

const renewMs = 5 * 60_000;

/** Of whoever is signed in to the Azure command line; kept until shortly before their end. */
export function azureCliTokens(run: (args: readonly string[]) => Promise<string> = runAz): AccessTokens {
  const kept = new Map<string, { token: string; untilMs: number }>();
  return async ({ scope, tenant }) => {
    const key = `${scope} ${tenant ?? ''}`;
    const known = kept.get(key);
    if (known !== undefined && known.untilMs - renewMs > Date.now()) return known.token;
    const args = ['account', 'get-access-token', '--output', 'json', '--scope', scope];
    const answer = await run(tenant === null ? args : [...args, '--tenant', tenant]);
    const { token, untilMs } = readAnswer(answer);
    kept.set(key, { token, untilMs });
    return token;
  };
}

function readAnswer(text: string): { token: string; untilMs: number } {
  try {
    const answer = JSON.parse(text) as { accessToken?: unknown; expires_on?: unknown };
    const { accessToken: token, expires_on: seconds } = answer;
    if (typeof token === 'string' && token !== '') {
      return { token, untilMs: typeof seconds === 'number' ? seconds * 1000 : 0 };
    }
  } catch {
    // Said below.
  }
  throw new DurascopeError(
    'HubUnreachable',
    'The Azure command line gave no access token. Sign in with "az login" and try again.',
  );
}

function runAz(args: readonly string[]): Promise<string> {
  const isWindows = process.platform === 'win32';
  return new Promise((resolve, reject) => {
    // On Windows az is a command file, which only a shell runs; nothing that a person typed but the tenant is among the arguments.
    const child = execFile('az', [...args], { shell: isWindows, timeout: 60_000, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const why = stderr.trim().split('\n').at(-1) ?? '';
      reject(
        new DurascopeError(
          'HubUnreachable',
          isMissing
            ? 'This hub asks for a sign-in, which the command line takes from Azure\'s: install "az" and run "az login", or attach in the editor.'
            : `The Azure command line gave no access token (${why}). Sign in with "az login" and try again.`,
        ),
      );
    });
    child.stdin?.end();
  });
}
