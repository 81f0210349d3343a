/** Resolves at the first request to end (Ctrl+C, kill, a closed terminal). The second one ends the process at once. */
export function endRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
      if (signal === 'SIGBREAK' && process.platform !== 'win32') continue;
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}
