import { OutputEvent, Source } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import type { LogEntry } from '../core/ports/logger';
import type { ReplayTimeline } from '../replay/replay-timeline';
import { stepAt, type Position } from './replay-cursor';

type Send = (event: DebugProtocol.Event) => void;

/** What the code logged, as the Debug Console shows it: a step's own lines as they are, lines that were shown before folded. */
export class MomentOutput {
  readonly #seen = new Map<ReplayTimeline, number>();

  constructor(private readonly send: Send) {}

  arrived(position: Position): void {
    const { logs, index } = stepAt(position);
    const last = this.#seen.get(position.timeline) ?? -1;
    this.#seen.set(position.timeline, Math.max(last, index));
    if (logs.length === 0) return;
    if (index > last) {
      for (const log of logs) this.#line(log);
      return;
    }
    this.#group(`Logged before, step ${index + 1} (${logs.length})`, 'startCollapsed');
    for (const log of logs) this.#line(log);
    this.#group('', 'end');
  }

  /** Where a session begins in the middle: all that was logged on the way there, folded. */
  skipped(timeline: ReplayTimeline, upTo: number): void {
    const logs = timeline.steps.slice(0, upTo).flatMap((step) => step.logs);
    this.#seen.set(timeline, Math.max(this.#seen.get(timeline) ?? -1, upTo - 1));
    if (logs.length === 0) return;
    this.#group(`Logged in steps 1 to ${upTo} (${logs.length})`, 'startCollapsed');
    for (const log of logs) this.#line(log);
    this.#group('', 'end');
  }

  logPoint(text: string, place: { file: string; line: number }): void {
    this.send(at(new OutputEvent(`${text}\n`, 'console'), place));
  }

  note(text: string): void {
    this.send(new OutputEvent(`${text}\n`, 'console'));
  }

  problem(text: string): void {
    this.send(new OutputEvent(`${text}\n`, 'stderr'));
  }

  #line(log: LogEntry): void {
    const isProblem = log.level === 'error' || log.level === 'critical';
    const event = new OutputEvent(`${log.message}\n`, isProblem ? 'stderr' : 'stdout');
    this.send(log.place === undefined ? event : at(event, log.place));
  }

  #group(title: string, group: 'startCollapsed' | 'end'): void {
    const event: DebugProtocol.OutputEvent = new OutputEvent(title === '' ? '' : `${title}\n`, 'console');
    event.body.group = group;
    this.send(event);
  }
}

/** The Debug Console leads there. */
function at(event: DebugProtocol.OutputEvent, { file, line }: { file: string; line: number }): DebugProtocol.OutputEvent {
  event.body.source = new Source(path.basename(file), file);
  event.body.line = line;
  return event;
}
