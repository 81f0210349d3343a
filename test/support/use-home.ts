/** The folder where this process notes and finds running emulators, until the answer is called. */
export function useHome(folder: string): () => void {
  const before = process.env['DURASCOPE_HOME'];
  process.env['DURASCOPE_HOME'] = folder;
  return () => {
    if (before === undefined) delete process.env['DURASCOPE_HOME'];
    else process.env['DURASCOPE_HOME'] = before;
  };
}
