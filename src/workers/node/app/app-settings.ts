/** host.json and local.settings.json of a function app: read, checked, defaults filled in. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import * as z from 'zod';
import { DurascopeError } from '../../../core/values/errors';
import { defaultHostConfig, type HostConfig } from '../../../core/values/host-config';

export interface AppSettings {
  hostConfig: HostConfig;
  /** `Values` of local.settings.json as environment variables; a variable set in the real environment wins over it. */
  values: Readonly<Record<string, string>>;
  /** `Host.LocalHttpPort` of local.settings.json. */
  localHttpPort: number | null;
  /** `Host.CORS` (comma separated, or `*`) and `Host.CORSCredentials` of local.settings.json: who may call the app from a browser. */
  cors: { allowedOrigins: readonly string[]; supportCredentials: boolean } | null;
  /** One sentence each, for the user: what was left aside. */
  warnings: readonly string[];
}

const positiveInteger = z.int().min(1);
/** .NET's TimeSpan as text: `[d.]hh:mm:ss[.fffffff]`, or -1 for no limit. */
const timeSpan = z.string().regex(/^(-1|-?(\d+\.)?\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,7})?)?)$/);

const hostSchema = z.object({
  functionTimeout: timeSpan.nullish(),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().nullish() }).nullish(),
      durableTask: z
        .object({
          hubName: z.string().min(1).nullish(),
          defaultVersion: z.string().nullish(),
          versionMatchStrategy: z.enum(['None', 'Strict', 'CurrentOrOlder']).nullish(),
          versionFailureStrategy: z.enum(['Reject', 'Fail']).nullish(),
          maxConcurrentActivityFunctions: positiveInteger.nullish(),
          maxConcurrentOrchestratorFunctions: positiveInteger.nullish(),
          maxConcurrentEntityFunctions: positiveInteger.nullish(),
          maxEntityOperationBatchSize: positiveInteger.nullish(),
          overridableExistingInstanceStates: z.enum(['NonRunningStates', 'AnyState']).nullish(),
          storeInputsInOrchestrationHistory: z.boolean().nullish(),
          maxOrchestrationActions: positiveInteger.nullish(),
          extendedSessionsEnabled: z.boolean().nullish(),
          extendedSessionIdleTimeoutInSeconds: z.int().nullish(),
          maxGrpcMessageSizeInBytes: positiveInteger.nullish(),
          storageProvider: z.looseObject({ type: z.string().nullish() }).nullish(),
          httpSettings: z.object({ defaultAsyncRequestSleepTimeMilliseconds: z.int().min(0).nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

const localSettingsSchema = z.object({
  IsEncrypted: z.boolean().nullish(),
  Values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
  Host: z
    .object({
      LocalHttpPort: z.int().min(1).max(65_535).nullish(),
      CORS: z.string().nullish(),
      CORSCredentials: z.boolean().nullish(),
    })
    .nullish(),
});

/**
 * Reads both files. A missing file counts as empty; comments, trailing commas and a byte order mark are accepted, unknown keys
 * ignored. Rejects with `AppInvalid` for a folder that is not there, for text that is not JSON (file, line and column) and for a
 * wrong value (file and key).
 */
export async function readAppSettings(
  appDir: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<AppSettings> {
  const warnings: string[] = [];
  const local = check('local.settings.json', localSettingsSchema, await readJson(appDir, 'local.settings.json'));
  if (local.IsEncrypted === true) {
    warnings.push('local.settings.json is encrypted, so its values are not used: run "func settings decrypt" to use them.');
  }
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries((local.IsEncrypted === true ? null : local.Values) ?? {})) {
    if (value !== null) values[name] = String(value);
  }
  const host = check('host.json', hostSchema, await readJson(appDir, 'host.json'));
  const durable = host.extensions?.durableTask ?? {};
  const setting = (name: string) => environment[name] ?? values[name];
  return {
    values,
    localHttpPort: local.Host?.LocalHttpPort ?? null,
    cors: corsOf(local.Host?.CORS, local.Host?.CORSCredentials),
    warnings,
    hostConfig: {
      hubName: resolvePercent(durable.hubName, setting) ?? setting('WEBSITE_SITE_NAME') ?? defaultHostConfig.hubName,
      routePrefix: (host.extensions?.http?.routePrefix ?? defaultHostConfig.routePrefix).replace(/^\/+|\/+$/g, ''),
      defaultVersion: durable.defaultVersion ?? null,
      versionMatchStrategy: durable.versionMatchStrategy ?? defaultHostConfig.versionMatchStrategy,
      versionFailureStrategy: durable.versionFailureStrategy ?? defaultHostConfig.versionFailureStrategy,
      maxConcurrentActivityFunctions: durable.maxConcurrentActivityFunctions ?? defaultHostConfig.maxConcurrentActivityFunctions,
      maxConcurrentOrchestratorFunctions:
        durable.maxConcurrentOrchestratorFunctions ?? defaultHostConfig.maxConcurrentOrchestratorFunctions,
      maxConcurrentEntityFunctions: durable.maxConcurrentEntityFunctions ?? defaultHostConfig.maxConcurrentEntityFunctions,
      maxEntityOperationBatchSize: durable.maxEntityOperationBatchSize ?? defaultHostConfig.maxEntityOperationBatchSize,
      overridableExistingInstanceStates:
        durable.overridableExistingInstanceStates ?? defaultHostConfig.overridableExistingInstanceStates,
      storeInputsInOrchestrationHistory:
        durable.storeInputsInOrchestrationHistory ?? defaultHostConfig.storeInputsInOrchestrationHistory,
      maxOrchestrationActions: durable.maxOrchestrationActions ?? defaultHostConfig.maxOrchestrationActions,
      defaultAsyncRequestSleepTimeMs:
        durable.httpSettings?.defaultAsyncRequestSleepTimeMilliseconds ?? defaultHostConfig.defaultAsyncRequestSleepTimeMs,
      maxGrpcMessageSizeInBytes: durable.maxGrpcMessageSizeInBytes ?? null,
      storageProviderType: durable.storageProvider?.type ?? null,
      extendedSessionSeconds: sessionSeconds(durable),
      functionTimeoutMs: timeSpanToMs(host.functionTimeout ?? null),
    },
  };
}

function corsOf(origins: string | null | undefined, credentials: boolean | null | undefined): AppSettings['cors'] {
  const allowedOrigins = (origins ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
  return allowedOrigins.length === 0 ? null : { allowedOrigins, supportCredentials: credentials ?? false };
}

/** `%NAME%` in a hub name stands for the setting NAME. */
function resolvePercent(text: string | null | undefined, setting: (name: string) => string | undefined): string | undefined {
  return text?.replace(/%([^%]+)%/g, (whole, name: string) => setting(name) ?? whole) ?? undefined;
}

/** A time of nothing turns them off, as the worker's package has it. */
function sessionSeconds({
  extendedSessionsEnabled,
  extendedSessionIdleTimeoutInSeconds,
}: {
  extendedSessionsEnabled?: boolean | null | undefined;
  extendedSessionIdleTimeoutInSeconds?: number | null | undefined;
}): number | null {
  const seconds = extendedSessionIdleTimeoutInSeconds ?? 30;
  return extendedSessionsEnabled === true && seconds > 0 ? seconds : null;
}

function timeSpanToMs(text: string | null): number | null {
  if (text === null || text.startsWith('-')) return null;
  const match = /^(?:(\d+)\.)?(\d+):(\d+)(?::(\d+(?:\.\d+)?))?$/.exec(text);
  if (match === null) return null;
  const [, days, hours, minutes, seconds] = match;
  return (((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0)) * 1000;
}

async function readJson(appDir: string, fileName: string): Promise<unknown> {
  const file = path.join(appDir, fileName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new DurascopeError('AppInvalid', `${fileName} cannot be read: ${(error as Error).message}`, {
      cause: error,
      details: { file },
    });
  }
  return parseJsonWithComments(text, fileName, file);
}

/** Errors: `AppInvalid` that names the file, the line and the column. */
export function parseJsonWithComments(text: string, shownName: string, file: string): unknown {
  const errors: ParseError[] = [];
  const withoutMark = text.replace(/^\uFEFF/, '');
  const value: unknown = parse(withoutMark, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const first = errors[0];
  if (first !== undefined) {
    const before = withoutMark.slice(0, first.offset).split(/\r?\n/);
    const line = before.length;
    const column = (before.at(-1) ?? '').length + 1;
    throw new DurascopeError(
      'AppInvalid',
      `${shownName} is not valid JSON: ${printParseErrorCode(first.error)} at line ${line}, column ${column}.`,
      { details: { file, line, column } },
    );
  }
  return value ?? {};
}

function check<S extends z.ZodType>(fileName: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const messages = result.error.issues.map((issue) => `${fileName}: ${describe(issue)}`);
  throw new DurascopeError('AppInvalid', `${messages.join('\n')}\nCorrect the value, or remove it to get the default.`, {
    details: { file: fileName, key: result.error.issues[0]?.path.join('.') },
  });
}

function describe(issue: z.core.$ZodIssue): string {
  const key = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
  switch (issue.code) {
    case 'invalid_type':
      return `${key} must be ${wordFor(issue.expected)}`;
    case 'invalid_value':
      return `${key} must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? `${key} must not be empty` : `${key} must be at least ${String(issue.minimum)}`;
    case 'too_big':
      return `${key} must be at most ${String(issue.maximum)}`;
    case 'invalid_format':
      return `${key} must be a time span like "00:05:00"`;
    case 'invalid_union':
      return `${key} must be text, a number or a boolean`;
    default:
      return `${key}: ${issue.message}`;
  }
}

function wordFor(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    int: 'a whole number',
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    object: 'an object',
    record: 'an object',
  };
  return words[expected] ?? expected;
}
