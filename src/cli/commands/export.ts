import { allInstanceIds } from '../../core/ports/all-instance-ids';
import { DurascopeError } from '../../core/values/errors';
import { exportPieces } from '../../emulator/transfer/export-file';
import type { Command } from '../command';
import { anyHubOptions, reachHub } from '../hub-connection';
import { openToWrite } from '../written-file';
import { filterOf, filterOptions } from './instances';

export const exportCommand: Command = {
  name: 'export',
  takes: '[ID ...]',
  summary: 'Write instances with their whole histories to a file that import reads.',
  details:
    'Without ids: all instances, or those that --status, --name and --prefix let through. Without --out: to the standard output.',
  options: {
    ...anyHubOptions,
    ...filterOptions,
    'no-kept-inputs': { help: 'Leave out inputs that the stored histories do not have (Durascope keeps them beside).' },
    out: { value: 'FILE', short: 'o', help: 'The file, replaced when it is there.' },
  },
  async run(args, terminal) {
    const filter = filterOf(args);
    if (args.positionals.length > 0 && Object.keys(filter).length > 0) {
      throw new DurascopeError('InvalidArgument', 'Name instance ids, or choose with --status, --name and --prefix; not both.');
    }
    const hub = await reachHub(args);
    const ids = args.positionals.length > 0 ? args.positionals : await allInstanceIds(hub, filter);
    const unknown: string[] = [];
    for (const id of args.positionals) if ((await hub.get(id)) === undefined) unknown.push(id);
    if (unknown.length > 0) {
      throw new DurascopeError('InstanceNotFound', `There is no instance ${unknown.map((id) => `'${id}'`).join(', ')}.`, {
        details: { instanceIds: unknown },
      });
    }
    let count = 0;
    const pieces = exportPieces(hub, ids, new Date().toISOString(), (written) => (count = written), {
      keptInputs: !args.has('no-kept-inputs'),
    });
    const out = args.text('out');
    if (out === undefined) {
      for await (const piece of pieces) terminal.write(piece);
      return 0;
    }
    const file = await openToWrite('out', out);
    try {
      for await (const piece of pieces) await file.write(piece);
    } finally {
      await file.close();
    }
    terminal.print(
      args.has('json')
        ? JSON.stringify({ exported: count, file: out })
        : `Exported ${count} ${count === 1 ? 'instance' : 'instances'} to ${out}.`,
    );
    return 0;
  },
};
