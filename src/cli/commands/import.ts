import { randomBytes } from 'node:crypto';
import { DurascopeError } from '../../core/values/errors';
import { readExportFile } from '../../emulator/transfer/export-file';
import { conflictsOf, importInstances, withNewIds } from '../../emulator/transfer/import-instances';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { connect, connectionOptions } from '../connection';
import { fileText } from '../file-text';

const answers = ['refuse', 'skip', 'replace', 'rename'] as const;

export const importCommand: Command = {
  name: 'import',
  takes: 'FILE',
  summary: 'Take instances out of a file that export wrote into the running emulator.',
  details:
    'Instances that had not ended are imported as they are and stand still: no activity or timer of theirs goes on. They can be looked at,\n' +
    'stepped through, terminated and restarted.',
  options: {
    ...connectionOptions,
    'on-conflict': {
      value: answers.join('|'),
      help: 'For ids that are there already: refuse the file (the default), skip these, replace what is there, or import under new ids.',
    },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const file = required(args, 0, 'The file to import');
    const onConflict = answerOf(args);
    const read = readExportFile(await fileText(file));
    const hub = await connect(args);
    const conflicts = onConflict === 'refuse' || onConflict === 'rename' ? await conflictsOf(hub, read) : [];
    if (onConflict === 'refuse' && conflicts.length > 0) {
      const shown = conflicts.slice(0, 5).join(', ');
      const more = conflicts.length > 5 ? ` and ${conflicts.length - 5} more` : '';
      throw new DurascopeError(
        'InstanceExists',
        `Nothing was imported, because these ids are there already: ${shown}${more}. --on-conflict skip, replace or rename says what to do with them.`,
        { details: { instanceIds: conflicts } },
      );
    }
    const instances =
      onConflict === 'rename' ? await withNewIds(hub, read, conflicts, () => randomBytes(16).toString('hex')) : read;
    const report = await importInstances(hub, instances, onConflict === 'rename' ? 'refuse' : onConflict);
    if (args.has('json')) {
      terminal.print(JSON.stringify(report));
      return 0;
    }
    const kept = report.skipped.length === 0 ? '' : `, kept ${report.skipped.length} existing`;
    terminal.print(`Imported ${report.imported.length} ${report.imported.length === 1 ? 'instance' : 'instances'}${kept}.`);
    if (report.unfinished.length > 0) {
      terminal.print(`Not ended when they were exported, and standing still now: ${report.unfinished.join(', ')}`);
    }
    return 0;
  },
};

function answerOf(args: ParsedArguments): (typeof answers)[number] {
  const given = args.text('on-conflict') ?? 'refuse';
  const answer = answers.find((each) => each === given);
  if (answer !== undefined) return answer;
  throw new DurascopeError('InvalidArgument', `--on-conflict takes ${answers.join(', ')}, not '${given}'.`);
}
