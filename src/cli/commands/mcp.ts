import { version } from '../../../package.json';
import { DurascopeError } from '../../core/values/errors';
import { hubTools } from '../../tools/hub-tools';
import { atMost, type Command } from '../command';
import { connect, connectionOptions, originOf } from '../connection';
import { instanceSource } from '../replay-source';

export const mcpCommand: Command = {
  name: 'mcp',
  takes: '',
  summary: 'Let agents look at a running emulator: a server of the Model Context Protocol on standard input and output.',
  details:
    'Tools: list and show instances, histories, failures, functions and entities, step through replays and read their variables.\n' +
    'Nothing is changed unless --allow-actions is given. The emulator is looked for with each call, so it may be started later.',
  options: {
    'allow-actions': { help: 'Also offer to start instances, raise events, terminate, suspend, resume, rewind and signal.' },
    app: { value: 'DIR', help: 'The function app whose code replays run. Default: that of the emulator.' },
    ...connectionOptions,
  },
  async run(args, terminal) {
    atMost(args, 0);
    if (args.has('json')) throw new DurascopeError('InvalidArgument', 'mcp speaks JSON-RPC as it is; leave out --json.');
    // The emulator may be started later, a wrong address is one for good.
    const url = args.text('url');
    if (url !== undefined) originOf(url);
    const { serveMcp } = await import('../mcp-server');
    await serveMcp({
      version,
      tools: hubTools(args.has('allow-actions')),
      context: async () => {
        const hub = await connect(args);
        return {
          context: {
            hub,
            functions: () => hub.functions(),
            openReplay: async (instanceId) => {
              const { source, history } = await instanceSource(instanceId, args, { ...terminal, warn: () => undefined });
              const { executionId, functionName } = history;
              const timeline = await source.open({
                instanceId,
                executionId,
                functionName: functionName ?? '',
                history: history.history,
              });
              const dispose = timeline.dispose.bind(timeline);
              return Object.assign(timeline, { dispose: () => dispose().finally(() => source.dispose()) });
            },
          },
          dispose: () => hub.dispose(),
        };
      },
    });
    return 0;
  },
};
