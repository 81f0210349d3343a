/** The Durascope file: instances with their whole histories, as JSON; one instance a line, so that a large file is read and compared easily. */
import * as z from 'zod';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import { exportedInstanceProblem, parentCycleProblem, type ExportedInstance } from '../../core/instances/exported-instance';
import type { HistoryEvent } from '../../core/history/history';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { exportedInstanceSchema } from '../../http/protocol/instances';

const exportFormat = 'durascope/1';

const fileSchema = z.object({ format: z.literal(exportFormat), exportedAt: z.string(), instances: z.array(z.unknown()) });

/** Instances read at the same time. */
const readAtOnce = 16;
const pieceChars = 1024 * 1024;
/** Bytes. A text of V8 has at most 2^29 - 24 characters. */
export const longestFile = 0x1fff_ffe8;

/**
 * The file in pieces of text, in the order of the ids; ids that the hub does not know are left out. `exportedAt` is UTC, ISO-8601;
 * `counted` is told the number of instances written so far. `keptInputs: false` leaves out inputs that the stored history does not have and
 * Durascope keeps beside it.
 */
export async function* exportPieces(
  hub: TaskHubClient,
  instanceIds: readonly string[],
  exportedAt: string,
  counted: (instances: number) => void = () => undefined,
  how: { keptInputs?: boolean } = {},
): AsyncGenerator<string> {
  yield `{"format":${JSON.stringify(exportFormat)},"exportedAt":${JSON.stringify(exportedAt)},"instances":[`;
  let written = 0;
  for (let from = 0; from < instanceIds.length; from += readAtOnce) {
    const read = await Promise.all(instanceIds.slice(from, from + readAtOnce).map((id) => exportedInstance(hub, id)));
    for (const each of read) {
      if (each === undefined) continue;
      yield written++ === 0 ? '\n' : ',\n';
      yield* instancePieces(how.keptInputs === false ? { ...each, history: each.history.map(withoutKeptInput) } : each);
    }
    counted(written);
  }
  yield '\n]}\n';
}

function withoutKeptInput(event: HistoryEvent): HistoryEvent {
  if (!('KeptInput' in event)) return event;
  const stored: HistoryEvent & { KeptInput?: string } = { ...event };
  delete stored.KeptInput;
  return stored;
}

/** One line; together what JSON.stringify gives, which may be longer than a text can be. */
function* instancePieces({ instance, history, customStatusChanges }: ExportedInstance): Generator<string> {
  yield `{"instance":${JSON.stringify(instance)},"history":[`;
  let text = '';
  for (const [index, event] of history.entries()) {
    text += `${index === 0 ? '' : ','}${JSON.stringify(event)}`;
    if (text.length < pieceChars) continue;
    yield text;
    text = '';
  }
  yield `${text}],"customStatusChanges":${JSON.stringify(customStatusChanges)}}`;
}

/** The instances of these ids that the hub knows, at rest. */
export async function exportedInstances(hub: TaskHubClient, instanceIds: readonly string[]): Promise<ExportedInstance[]> {
  const read: ExportedInstance[] = [];
  for (const id of instanceIds) {
    const each = await exportedInstance(hub, id);
    if (each !== undefined) read.push(each);
  }
  return read;
}

async function exportedInstance(hub: TaskHubClient, instanceId: string): Promise<ExportedInstance | undefined> {
  for (;;) {
    const instance = await hub.get(instanceId);
    if (instance === undefined) return undefined;
    const history = await hub.history(instanceId);
    const customStatusChanges = await hub.customStatusChanges(instanceId);
    const after = await hub.get(instanceId);
    // It went on meanwhile: row and history are of two moments.
    if (after?.executionId !== instance.executionId || after.historyLength !== instance.historyLength) continue;
    return { instance: after, history, customStatusChanges };
  }
}

/** The text of a file that is to be read. `InvalidArgument` when it is longer than a text can be. */
export function exportFileText(bytes: Uint8Array): string {
  if (bytes.byteLength > longestFile) {
    throw new DurascopeError(
      'InvalidArgument',
      `The file has ${Math.ceil(bytes.byteLength / 1024 / 1024).toLocaleString('en')} MB, and at most 512 MB can be read at once: export fewer instances into one file.`,
    );
  }
  return new TextDecoder().decode(bytes);
}

/** What the text of a Durascope file holds, checked to the last row. `InvalidArgument` says what is wrong with which instance. */
export function readExportFile(text: string): ExportedInstance[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(`it is not JSON (${messageOf(error)})`, error);
  }
  const file = fileSchema.safeParse(value);
  if (!file.success) {
    const format = z.looseObject({ format: z.string() }).safeParse(value).data?.format;
    const what =
      format === undefined || format === exportFormat
        ? z.prettifyError(file.error).replaceAll('\n', ' ')
        : `its format is '${format}', and this version reads '${exportFormat}'`;
    throw refused(what, file.error);
  }
  const ids = new Set<string>();
  const instances = file.data.instances.map((entry, index) => {
    const parsed = exportedInstanceSchema.safeParse(entry);
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error).replaceAll('\n', ' ');
      throw refused(`instance ${index + 1} of ${file.data.instances.length} is not as expected: ${problem}`, parsed.error);
    }
    // What the fields of each type are is judged below; types that are not known here are kept.
    const instance = parsed.data as unknown as ExportedInstance;
    const problem = exportedInstanceProblem(instance);
    if (problem !== null) throw refused(problem);
    const { instanceId } = instance.instance;
    if (ids.has(instanceId)) throw refused(`the instance '${instanceId}' stands in it twice`);
    ids.add(instanceId);
    return instance;
  });
  const cycle = parentCycleProblem(instances);
  if (cycle !== null) throw refused(cycle);
  return instances;
}

function refused(what: string, cause?: unknown): DurascopeError {
  return new DurascopeError('InvalidArgument', `This is not a file that Durascope exported, or it was changed: ${what}.`, {
    cause,
  });
}
