import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line';
import { type FixtureOptions, HttpFixture } from '../http/http-fixture';
import { ToldTerminal } from '../support/told-terminal';
import { useHome } from '../support/use-home';

export interface Said {
  code: number;
  printed: string;
  warned: string;
}

/** Commands in this process against a hub that listens, with a home of their own for notes of running emulators. */
export class CommandsOnAHub {
  private constructor(
    readonly http: HttpFixture,
    private readonly url: string,
    private readonly home: string,
    private readonly leaveHome: () => void,
  ) {}

  static async open(options: FixtureOptions = {}): Promise<CommandsOnAHub> {
    const home = await mkdtemp(path.join(tmpdir(), 'durascope-commands-'));
    const leaveHome = useHome(home);
    const http = await HttpFixture.open(options);
    return new CommandsOnAHub(http, await http.listen(), home, leaveHome);
  }

  async run(...args: readonly string[]): Promise<Said> {
    const terminal = new ToldTerminal(100);
    const code = await runCommandLine([...args, '--url', this.url], '1.2.3', terminal);
    return { code, printed: terminal.printed, warned: terminal.warned };
  }

  async dispose(): Promise<void> {
    this.leaveHome();
    await this.http.dispose();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
