import { closestName } from '../base/closest-name';
import { stackOrMessage } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import { parseArguments } from './arguments';
import { commands } from './commands';
import { commandHelp, overallHelp } from './help';
import type { Terminal } from './terminal';

/** Does what `argv` (without node and program) says; resolves with the exit code and never rejects. */
export async function runCommandLine(argv: readonly string[], version: string, terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, version, terminal);
  } catch (error) {
    const json = argv.includes('--json');
    const { code, message: said } = DurascopeError.is(error) ? error : { code: 'Unexpected', message: stackOrMessage(error) };
    const message = isWithoutKey(error) ? `${said}${keyAdvice}` : said;
    if (json) terminal.warn(JSON.stringify({ error: { code, message, ...detailsOf(error) } }));
    else terminal.warn(`${terminal.style.red('Error:')} ${message}`);
    if (!json && code === 'InvalidArgument' && commands.some((command) => command.name === argv[0])) {
      terminal.warn(`'durascope ${argv[0] ?? ''} --help' shows what it takes.`);
    }
    return commands.find((command) => command.name === argv[0])?.errorCode ?? 1;
  }
}

async function dispatch(argv: readonly string[], version: string, terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-v' || name === 'version') {
    terminal.print(argv.includes('--json') ? JSON.stringify({ version }) : version);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    terminal.print(overallHelp(commands, version, terminal.style));
    return name === undefined ? 1 : 0;
  }
  const wanted = name === 'help' ? (rest[0] ?? '') : name;
  const command = commands.find((each) => each.name === wanted);
  if (command === undefined) {
    const meant = closestName(
      wanted,
      commands.map((each) => each.name),
    );
    throw new DurascopeError(
      'InvalidArgument',
      `There is no command '${wanted}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} 'durascope --help' lists them.`,
    );
  }
  if (name === 'help') {
    terminal.print(commandHelp(command, terminal.style));
    return 0;
  }
  const args = parseArguments(rest, command.options);
  if (args.has('help')) {
    terminal.print(commandHelp(command, terminal.style));
    return 0;
  }
  try {
    return await command.run(args, terminal);
  } finally {
    for (const end of args.atEnd) end();
  }
}

/** The server speaks to whoever asks over HTTP. */
const keyAdvice = ' On the command line: --key KEY, or --url with an address that has it (http://localhost:7071/?code=KEY).';

function isWithoutKey(error: unknown): boolean {
  return DurascopeError.is(error) && error.details['status'] === 401;
}

function detailsOf(error: unknown): { details?: unknown } {
  return DurascopeError.is(error) && Object.keys(error.details).length > 0 ? { details: error.details } : {};
}
