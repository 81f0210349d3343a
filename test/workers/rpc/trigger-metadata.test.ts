/** What a function of the JSON protocol, as PowerShell's are, finds beside its trigger (spec/functions-worker/07-activities-and-entities.md). */
import assert from 'node:assert/strict';
import { orchestratorInput } from '../../../src/workers/rpc/functions/invocation';

const string = (value: string) => ({ data: { $case: 'string' as const, value } });
const json = (value: string) => ({ data: { $case: 'json' as const, value } });

describe('$TriggerMetadata of a PowerShell orchestrator', () => {
  it('has what the trigger holds, and no lists', () => {
    const trigger = { input: { city: 'Oslo' }, instanceId: 'i', isReplaying: true, parentInstanceId: null, history: [] };
    assert.deepEqual(orchestratorInput('i', JSON.stringify(trigger)), {
      data: string(JSON.stringify(trigger)),
      triggerMetadata: { input: json('{"city":"Oslo"}'), instanceId: string('i'), isReplaying: string('True') },
    });
  });

  it('has its instance where the trigger is no object', () => {
    for (const trigger of ['', '[]', '{', 'null'])
      assert.deepEqual(orchestratorInput('i', trigger).triggerMetadata, { instanceId: string('i') });
  });
});
