import * as vscode from 'vscode';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { AccessTokens } from '../../hubs/access-token';

/** Of the Microsoft account that the user is signed in with, who is asked the first time. */
export const accountTokens: AccessTokens = async ({ scope, tenant, cloud }) => {
  const scopes = tenant === null ? [scope] : [scope, `VSCODE_TENANT:${tenant}`];
  // Which of them is a setting of the editor's.
  const provider = cloud === 'sovereign' ? 'microsoft-sovereign-cloud' : 'microsoft';
  try {
    const { accessToken } = await vscode.authentication.getSession(provider, scopes, { createIfNone: true });
    return accessToken;
  } catch (error) {
    throw new DurascopeError(
      'HubUnreachable',
      `This hub asks for a sign-in, and VS Code gave none (${messageOf(error)}). Sign in with an account of the hub's directory, or use "durascope attach" with "az login".`,
      { cause: error },
    );
  }
};
