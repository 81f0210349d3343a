/** Addresses of instances: `vscode://durascope.durascope/instance/ID?app=FOLDER`. */
import * as vscode from 'vscode';
import { linkPath, readLink } from '../models/instance-link';

const extensionId = 'durascope.durascope';

export function linkTo(instanceId: string, appDir: string): string {
  const { path, query } = linkPath(instanceId, appDir);
  return vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: extensionId, path, query }).toString();
}

/** Undefined for an address that names no instance. */
export function instanceOf(uri: vscode.Uri): { instanceId: string; appDir: string | undefined } | undefined {
  return readLink(uri.path, uri.query);
}
