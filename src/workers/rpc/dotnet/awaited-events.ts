/** Whether code of a built app may wait for external events, told by the names that its assemblies refer to: those of the platform's packages aside. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const platform = /^(Microsoft|System|Azure|Google|Grpc|DurableTask|Newtonsoft|netstandard|mscorlib)\b/i;
const assembly = /\.(dll|exe)$/i;
/** Metadata has names in UTF-8. */
const call = Buffer.from('WaitForExternalEvent');
/** What is larger is not looked at: it may. */
const longest = 32 * 1024 * 1024;

/** `main`: the app's own assembly. It, and others that the build made, may be called as those of the platform are: `Azure.Shop.dll`. */
export async function mayAwaitEvents(dir: string, main: string): Promise<boolean> {
  try {
    const stem = main.replace(assembly, '');
    const deps = await readFile(path.join(dir, `${stem}.deps.json`), 'utf8').catch(() => '');
    const made = [...deps.matchAll(/"([^"/]+)\/[^"/]+": *\{\s*"type": *"project"/g)].map(([, name]) => `${name}.dll`);
    const isOwn = (name: string): boolean => !platform.test(name) || name === `${stem}.dll` || made.includes(name);
    const own = (await readdir(dir)).filter((name) => assembly.test(name) && isOwn(name));
    if (own.length === 0) return true;
    for (const name of own) {
      const file = path.join(dir, name);
      if ((await stat(file)).size > longest || (await readFile(file)).includes(call)) return true;
    }
    return false;
  } catch {
    // The launch says what is wrong with the folder.
    return true;
  }
}
