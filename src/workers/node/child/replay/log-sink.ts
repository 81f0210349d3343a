/** Where lines of the app go in a replay: to the step that is being made, to the log while the app loads, or nowhere. */
import type { LogEntry } from '../../../../core/ports/logger';
import type { FrameWriter } from '../../wire/frames';
import type { ChildMessage } from '../../wire/messages';

/** Of one step; what is more is counted. */
const mostLines = 1_000;

export class LogSink implements Pick<FrameWriter<ChildMessage>, 'send'> {
  private lines: LogEntry[] | null = null;
  private isMuted = false;
  private dropped = 0;

  constructor(private readonly out: Pick<FrameWriter<ChildMessage>, 'send'>) {}

  send(message: ChildMessage): void {
    if (message.type !== 'log') {
      this.out.send(message);
      return;
    }
    if (this.lines === null) {
      if (!this.isMuted) this.out.send(message);
      return;
    }
    if (this.lines.length >= mostLines) {
      this.dropped += 1;
      return;
    }
    const { level, category, message: text, functionName, instanceId, place } = message;
    this.lines.push({
      level,
      category,
      message: text,
      ...(functionName === undefined ? {} : { functionName }),
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(place === undefined ? {} : { place }),
    });
  }

  /** From now on lines are collected, for `take`. */
  collect(): void {
    this.lines = [];
    this.isMuted = true;
  }

  /** The lines since the last call. */
  take(): LogEntry[] {
    const lines = this.lines ?? [];
    if (this.lines !== null) this.lines = [];
    if (this.dropped > 0) {
      lines.push({ level: 'warning', category: 'replay', message: `${this.dropped} more lines are left out.` });
      this.dropped = 0;
    }
    return lines;
  }

  /** From now on lines are dropped: they have been shown. */
  mute(): void {
    this.lines = null;
    this.isMuted = true;
  }
}
