import { commonOptions, type Options } from './arguments';
import type { Command } from './command';
import type { Style } from './terminal';

export function commandHelp(command: Command, style: Style): string {
  const lines = [`${style.bold('durascope')} ${command.name} ${command.takes}`.trimEnd(), '', command.summary];
  if (command.details !== undefined) lines.push('', command.details);
  lines.push('', style.bold('Options'), ...optionLines({ ...command.options, ...commonOptions }));
  return lines.join('\n');
}

export function overallHelp(commands: readonly Command[], version: string, style: Style): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    `${style.bold('durascope')} ${version}: runs Durable Functions apps on this machine and shows what they do.`,
    '',
    style.bold('Commands'),
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Every command takes --json, and --help for its own options. Without --url a command finds the running emulator by itself.',
  ].join('\n');
}

function optionLines(options: Options): string[] {
  const entries = Object.entries(options).map(([name, option]) => ({
    left: `${option.short === undefined ? '' : `-${option.short}, `}--${name}${option.value === undefined ? '' : ` ${option.value}`}`,
    help: option.help,
  }));
  const width = Math.max(...entries.map((entry) => entry.left.length));
  return entries.map((entry) => `  ${entry.left.padEnd(width)}  ${entry.help}`);
}
