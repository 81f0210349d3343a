import * as vscode from 'vscode';
import * as z from 'zod';
import { messageOf } from '../../base/error-message';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import { DurascopeError } from '../../core/values/errors';
import type { RunningEmulator } from '../emulators/app-emulator';
import { commands } from '../models/ids';
import { targetName } from '../models/command-targets';
import { functionUrl } from '../models/functions-tree';
import {
  answerText,
  contentType,
  curlText,
  filledRoute,
  httpFileText,
  methodsOf,
  routeParameters,
  startedInstance,
  takesBody,
  type HttpRequest,
} from '../models/http-request';
import { currentApp, runningOrOffer, type CommandContext, type Handlers } from './command-context';

/** Given whole, by a keybinding or a test: nothing is asked. */
const givenRequest = z.object({
  name: z.string(),
  method: z.string(),
  values: z.record(z.string(), z.string()).default({}),
  body: z.string().nullable().default(null),
  as: z.enum(['send', 'curl', 'http']).default('send'),
});
type Given = z.infer<typeof givenRequest>;

/** Requests to the app's HTTP functions, sent from the editor or handed to other tools. */
export function httpCommands(context: CommandContext): Handlers {
  return {
    [commands.sendRequest]: async ([argument]) => {
      const running = await runningOrOffer(context);
      if (running === undefined) return undefined;
      const functions = running.functions().filter(({ type }) => type === 'http');
      const given = givenRequest.safeParse(argument).data;
      const wanted = given?.name ?? targetName([argument]) ?? (await pick(functions));
      if (wanted === undefined) return undefined;
      const found = functions.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
      if (found === undefined) throw new DurascopeError('UnknownFunction', `The app has no HTTP function '${wanted}'.`);
      const template = functionUrl(found, running.url, running.routePrefix);
      const asked = given ?? (await ask(found, template));
      if (asked === undefined) return undefined;
      const request: HttpRequest = {
        method: asked.method,
        url: filledRoute(template, asked.values),
        body: takesBody(asked.method) ? asked.body : null,
      };
      if (asked.as === 'curl') return copy(curlText(request));
      if (asked.as === 'http') {
        await context.documents.show(`${found.name}.http`, httpFileText(request), 'plaintext');
        return request;
      }
      return send(running, found.name, request);
    },
  };

  async function copy(text: string): Promise<string> {
    await vscode.env.clipboard.writeText(text);
    context.statusBar.say('Copied as cURL');
    return text;
  }

  /** Each answer is kept for the next time. Undefined: the user changed their mind. */
  async function ask(fn: FunctionDescriptor, template: string): Promise<Given | undefined> {
    const memory = (what: string): string => `http ${fn.name} ${what}`;
    const last = (what: string): string => context.starts.inputs(memory(what))[0] ?? '';
    const methods = methodsOf(fn);
    const ordered = [...methods].sort((a, b) => Number(b === last('method')) - Number(a === last('method')));
    const method =
      ordered.length === 1 ? ordered[0] : await vscode.window.showQuickPick(ordered, { title: `Method of ${fn.name}` });
    if (method === undefined) return undefined;
    await context.starts.remember(memory('method'), method);
    const values: Record<string, string> = {};
    for (const { name, isOptional } of routeParameters(template)) {
      const value = await vscode.window.showInputBox({
        title: `${name} in the route of ${fn.name}`,
        prompt: isOptional ? 'Empty: left out' : template,
        value: last(name),
        validateInput: (text) => (text === '' && !isOptional ? 'The route needs a value here.' : undefined),
      });
      if (value === undefined) return undefined;
      if (value !== '') await context.starts.remember(memory(name), value);
      values[name] = value;
    }
    let body: string | null = null;
    if (takesBody(method)) {
      const text = await vscode.window.showInputBox({
        title: `Body of ${method} ${fn.name}`,
        prompt: 'JSON or any text; empty for none',
        value: last('body'),
      });
      if (text === undefined) return undefined;
      if (text !== '') await context.starts.remember(memory('body'), text);
      body = text === '' ? null : text;
    }
    const items = [
      { label: '$(send) Send', as: 'send' as const },
      { label: '$(copy) Copy as cURL', as: 'curl' as const },
      { label: '$(go-to-file) Open as .http', as: 'http' as const },
    ];
    const how = await vscode.window.showQuickPick(items, { title: `${method} ${filledRoute(template, values)}` });
    return how === undefined ? undefined : { name: fn.name, method, values, body, as: how.as };
  }

  async function send(running: RunningEmulator, name: string, { method, url, body }: HttpRequest): Promise<string> {
    const title = `${method} ${name}`;
    const response = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      fetch(url, {
        method,
        redirect: 'manual',
        ...(body === null ? {} : { body, headers: { 'Content-Type': contentType(body) } }),
      }).catch((error: unknown) => {
        throw new DurascopeError('FunctionFailed', `${method} ${url} got no answer: ${messageOf(error)}`, { cause: error });
      }),
    );
    const text = await response.text();
    const instanceId = startedInstance(text);
    if (instanceId !== null && (await running.hub.get(instanceId)) !== undefined) {
      context.statusBar.say(`${title}: ${response.status}, started ${instanceId}`);
      context.panels.openInstance(currentApp(context), instanceId, { beside: true });
      return instanceId;
    }
    context.statusBar.say(`${title}: ${response.status}`);
    await context.documents.show(
      `${name}-answer`,
      answerText(response.status, response.statusText, response.headers, text),
      'plaintext',
    );
    return text;
  }
}

async function pick(functions: readonly FunctionDescriptor[]): Promise<string | undefined> {
  if (functions.length === 0) {
    throw new DurascopeError('UnknownFunction', 'The app has no HTTP function.');
  }
  const items = functions.map((each) => ({
    label: each.name,
    description: `${methodsOf(each).join(', ')} /${each.route ?? each.name}`,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Send a request to which function?', matchOnDescription: true }))
    ?.label;
}
