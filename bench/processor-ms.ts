import { readdirSync, readFileSync } from 'node:fs';

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

/**
 * The same as the scheduler counts it, much finer: what takes 40 ms is four of the steps of `processorMsOf`. Of threads that have ended nothing is
 * in it, so for processes that keep theirs, as Node.js does. `processorMsOf` where the scheduler does not count.
 */
export function threadsMsOf(pid: number | undefined): number {
  try {
    const threads = `/proc/${String(pid)}/task`;
    const ofThread = (id: string): number => Number(readFileSync(`${threads}/${id}/schedstat`, 'utf8').split(' ')[0]);
    return readdirSync(threads).reduce((sum, id) => sum + ofThread(id), 0) / 1e6;
  } catch {
    return processorMsOf(pid);
  }
}
