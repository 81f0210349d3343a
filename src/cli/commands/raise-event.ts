import { awaitedSpelling, misspeltEventText } from '../../core/instances/meanings/event-spelling';
import { atMost, type Command, required } from '../command';
import { actingOptions, reachHubToAct } from '../hub-connection';
import { jsonArgument } from '../json-argument';

export const raiseEventCommand: Command = {
  name: 'raise-event',
  takes: 'ID NAME',
  summary: 'Raise an external event to an instance.',
  options: { ...actingOptions, data: { value: 'JSON', help: "The event's data as JSON, or @file (default null)." } },
  async run(args, terminal) {
    atMost(args, 2);
    const instanceId = required(args, 0, 'The instance id');
    const eventName = required(args, 1, 'The name of the event');
    const data = (await jsonArgument(args.text('data'), '--data')) ?? null;
    const hub = await reachHubToAct(args);
    const row = await hub.get(instanceId);
    const meant = row === undefined || row.profile === 'G' ? null : awaitedSpelling(eventName, row.awaitedEvents);
    await hub.raiseEvent(instanceId, eventName, data);
    if (meant !== null) terminal.warn(misspeltEventText(eventName, meant));
    terminal.print(args.has('json') ? JSON.stringify({ instanceId, eventName }) : `Raised ${eventName} to ${instanceId}.`);
    return 0;
  },
};
