import { readFileSync } from 'node:fs';

/** Milliseconds of processor time that a process has taken, to 10 ms. NaN where there is no /proc. */
export function processorMsOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}
