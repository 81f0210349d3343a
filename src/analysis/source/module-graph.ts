import { readModule, type SourceModule } from './source-module';

/** How the findings reach the other files of an app. Files are named by whatever the implementation likes, as long as it is one name a file. */
export interface SourceFiles {
  /** The file that a relative import (`./x`, `../x`) means; undefined when there is none. */
  resolve(fromFile: string, specifier: string): Promise<string | undefined>;
  /** The text as it stands now, unsaved changes included; undefined when it cannot be read. */
  read(file: string): Promise<string | undefined>;
}

const maxModules = 200;

/** The modules of an app as they have been read, and what imports what. */
export class ModuleGraph {
  readonly #modules = new Map<string, { text: string; module: SourceModule | null }>();
  readonly #targets = new Map<string, string | undefined>();

  constructor(private readonly files: SourceFiles) {}

  /**
   * Reads a file and what it imports, and what those import in turn. Answers with the files that were looked at, the first being the one
   * asked for; texts that have not changed are not parsed again.
   */
  async load(entry: string): Promise<string[]> {
    const seen = new Set([entry]);
    for (const file of seen) {
      const text = await this.files.read(file);
      if (text === undefined) {
        this.#modules.delete(file);
        continue;
      }
      if (this.#modules.get(file)?.text !== text) this.#modules.set(file, { text, module: readModule(file, text) });
      for (const specifier of this.#modules.get(file)?.module?.imports ?? []) {
        if (!isRelative(specifier)) continue;
        const target = await this.files.resolve(file, specifier);
        this.#targets.set(key(file, specifier), target);
        if (target !== undefined && seen.size < maxModules) seen.add(target);
      }
    }
    return [...seen];
  }

  /** Undefined when it has not been loaded, null when its text is no program. */
  module(file: string): SourceModule | null | undefined {
    return this.#modules.get(file)?.module;
  }

  /** The loaded module that an import in another means. */
  imported(from: SourceModule, specifier: string): SourceModule | undefined {
    if (!isRelative(specifier)) return undefined;
    const target = this.#targets.get(key(from.file, specifier));
    return target === undefined ? undefined : (this.#modules.get(target)?.module ?? undefined);
  }
}

function key(file: string, specifier: string): string {
  return `${file}\n${specifier}`;
}

export function isRelative(specifier: string): boolean {
  return /^\.\.?(\/|$)/.test(specifier);
}

/** What a relative import may mean, best first: paths as written with the endings that Node.js and TypeScript know. */
export function resolutionCandidates(specifier: string): string[] {
  // In TypeScript's modules `./x.js` is written for the file x.ts.
  const built = /^(.*)\.([mc]?)js(x?)$/.exec(specifier);
  const typed = built === null ? [] : [`${built[1]}.${built[2]}ts${built[3]}`, ...(built[2] === '' ? [`${built[1]}.tsx`] : [])];
  const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx'];
  return [
    ...(/\.[mc]?[jt]sx?$/.test(specifier) ? [specifier] : []),
    ...typed,
    ...endings.map((each) => specifier + each),
    ...endings.map((each) => `${specifier.replace(/\/$/, '')}/index${each}`),
  ];
}
