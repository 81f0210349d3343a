import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ageText } from '../../base/age';
import { rewindDoubt } from '../../core/instances/rewind-doubt';
import { isTerminal } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import type { InstanceAction } from '../../protocol/panel-values';
import { isActionEnabled } from '../models/instance-actions';
import { dateTimeText, durationText } from '../models/time-text';
import { AccessSign } from '../ui/access-sign';
import { AskDialog } from '../ui/ask-dialog';
import { CopyButton } from '../ui/copy-button';
import { useHubNow } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { MenuButton } from '../ui/menu';
import { StatusBadge } from '../ui/status-badge';
import { InstanceLink } from './instance-link';
import { OriginLink } from './origin-link';
import type { InstanceParts } from './panel-context';

/** Actions that take a reason, which is asked for first. Purging is asked about by the host, who asks the same for its own commands. */
const questions: Partial<Record<InstanceAction, { title: string; text: string; verb: string; reason: boolean }>> = {
  terminate: {
    title: 'Terminate this instance?',
    text: 'It ends where it stands. Activities that already run are not stopped, and sub-orchestrations run on.',
    verb: 'Terminate',
    reason: true,
  },
  suspend: {
    title: 'Suspend this instance?',
    text: 'It stops taking up events and results until it is resumed. Activities and timers run on.',
    verb: 'Suspend',
    reason: true,
  },
  rewind: {
    title: 'Rewind this instance?',
    text: 'Its failed steps are taken out of the history and run again.',
    verb: 'Rewind',
    reason: true,
  },
};

/** Title line, facts and actions. `onRaise`: opens the event editor. */
export function InstanceHeader({ parts, onRaise }: { parts: InstanceParts; onRaise: () => void }): JSX.Element {
  const { instance, snapshot, store, transport, tell } = parts;
  const [asking, setAsking] = useState<InstanceAction | null>(null);
  const [busy, setBusy] = useState(false);
  const enabled = (action: InstanceAction | 'raiseEvent'): boolean =>
    !busy && parts.state.connected && isActionEnabled(action, instance.runtimeStatus, snapshot.capabilities);
  const run = async (action: InstanceAction, reason: string | null): Promise<void> => {
    setAsking(null);
    setBusy(true);
    const result = await store.act({ action, reason });
    setBusy(false);
    // No message: the user was asked elsewhere and declined, or there is nothing to say.
    tell(result.message === undefined ? null : { kind: result.ok ? 'info' : 'error', text: result.message });
  };
  const start = (action: InstanceAction): void => {
    if (questions[action] === undefined) void run(action, null);
    else setAsking(action);
  };
  const question = asking === null ? undefined : questions[asking];
  const doubt = asking === 'rewind' ? rewindDoubt(parts.state.events, instance.profile) : null;
  const over = isTerminal(instance.runtimeStatus);
  const { readOnly, actsOn } = snapshot.capabilities;
  const suspended = instance.runtimeStatus === 'Suspended';
  return (
    <header class="instance-header">
      {transport.place === 'browser' ? (
        <nav>
          <a class="link" href="#/">
            All instances
          </a>
        </nav>
      ) : null}
      <div class="title-line">
        <h1>{instance.name}</h1>
        <StatusBadge status={instance.runtimeStatus} />
        {snapshot.isImported === true ? (
          <span class="pill" title="Out of a file: of no hub here, and nothing can be done to it.">
            imported
          </span>
        ) : null}
        <div class="actions" role="toolbar" aria-label="Actions on this instance">
          <AccessSign readOnly={snapshot.isImported === true ? undefined : readOnly} actsOn={actsOn} />
          {over || readOnly !== undefined ? null : (
            <>
              <vscode-button disabled={!enabled('raiseEvent')} onClick={onRaise} data-action="raiseEvent">
                Raise event
              </vscode-button>
              {snapshot.capabilities.suspend ? (
                <vscode-button
                  secondary
                  disabled={!enabled(suspended ? 'resume' : 'suspend')}
                  onClick={() => start(suspended ? 'resume' : 'suspend')}
                  data-action={suspended ? 'resume' : 'suspend'}
                >
                  {suspended ? 'Resume' : 'Suspend'}
                </vscode-button>
              ) : null}
              <vscode-button
                secondary
                disabled={!enabled('terminate')}
                onClick={() => start('terminate')}
                data-action="terminate"
              >
                Terminate
              </vscode-button>
            </>
          )}
          {snapshot.capabilities.rewind && instance.runtimeStatus === 'Failed' ? (
            <vscode-button secondary disabled={!enabled('rewind')} onClick={() => start('rewind')} data-action="rewind">
              Rewind
            </vscode-button>
          ) : null}
          {readOnly !== undefined ? null : (
            <vscode-button
              secondary
              disabled={!enabled('restart')}
              onClick={() => start('restart')}
              data-action="restart"
              title={
                over
                  ? 'Starts a new instance with the same input.'
                  : 'Starts another instance with the same input. This one goes on beside it.'
              }
            >
              {over ? 'Restart' : 'Start a copy'}
            </vscode-button>
          )}
          <MenuButton
            icon="ellipsis"
            label="More actions"
            items={[
              ...(transport.place === 'browser' || readOnly !== undefined || actsOn !== undefined
                ? []
                : [
                    {
                      label: 'Start Again With This Input…',
                      icon: 'debug-rerun',
                      disabled: !parts.state.connected,
                      onSelect: () => transport.send({ type: 'startAgain' }),
                    },
                  ]),
              ...(snapshot.canSaveTest === true
                ? [
                    {
                      label: 'Save Run as Test',
                      icon: 'beaker',
                      disabled: !parts.state.connected,
                      onSelect: () => transport.send({ type: 'saveTest' }),
                    },
                  ]
                : []),
              ...(readOnly === undefined
                ? [{ label: 'Purge…', icon: 'trash', disabled: !enabled('purge'), onSelect: () => start('purge') }]
                : []),
              ...(snapshot.canCompare === true
                ? [{ label: 'Compare With…', icon: 'diff', onSelect: () => transport.send({ type: 'compareWith' }) }]
                : []),
              {
                label: 'Open History as a Document',
                icon: 'go-to-file',
                onSelect: () => transport.send({ type: 'openHistory' }),
              },
            ]}
          />
        </div>
      </div>
      <Facts parts={parts} />
      {question === undefined || asking === null ? null : (
        <AskDialog
          title={question.title}
          verb={question.verb}
          reason={question.reason}
          {...(doubt === null ? {} : { instead: { verb: 'Restart Instead', onChoose: () => void run('restart', null) } })}
          onAnswer={(reason) => void run(asking, reason)}
          onCancel={() => setAsking(null)}
        >
          {question.text}
          {doubt === null ? null : <p class="ask-doubt">{doubt}</p>}
        </AskDialog>
      )}
    </header>
  );
}

function Facts({ parts }: { parts: InstanceParts }): JSX.Element {
  const { instance, snapshot, transport, state } = parts;
  const over = isTerminal(instance.runtimeStatus);
  const nowMs = useHubNow(!over, state.clockOffsetMs);
  const createdMs = fromTimestamp(instance.createdTime);
  const endMs = instance.completedTime === null ? null : fromTimestamp(instance.completedTime);
  const dueMs = instance.scheduledStartTime === null ? Number.NaN : fromTimestamp(instance.scheduledStartTime);
  return (
    <div class="facts-line">
      <dl class="facts">
        <Fact icon="key" name="Instance id">
          <code class="instance-id">{instance.instanceId}</code>
          <CopyButton
            label="Copy the instance id"
            onCopy={() => transport.send({ type: 'copyText', text: instance.instanceId })}
          />
        </Fact>
        <Fact icon="calendar" name="Created">
          <span title={`${instance.createdTime} · ${ageText(createdMs, nowMs)}`}>{dateTimeText(createdMs)}</span>
        </Fact>
        {instance.runtimeStatus === 'Pending' && dueMs > nowMs ? (
          <Fact icon="clockface" name="Scheduled start">
            {dateTimeText(dueMs)} (in {durationText(dueMs - nowMs)})
          </Fact>
        ) : (
          <Fact icon="watch" name={over ? 'Duration' : 'Runs for'}>
            <span title={instance.completedTime ?? ''}>{durationText((endMs ?? nowMs) - createdMs)}</span>
          </Fact>
        )}
        {instance.version === '' ? null : (
          <Fact icon="versions" name="Version">
            {instance.version}
          </Fact>
        )}
        {snapshot.parent === null ? null : (
          <Fact icon="type-hierarchy-super" name="Parent">
            <InstanceLink instance={snapshot.parent} transport={transport} />
          </Fact>
        )}
        {instance.fork === undefined ? null : (
          <Fact icon="repo-forked" name="Fork of">
            <span>
              Fork of <OriginLink instanceId={instance.fork.instanceId} transport={transport} />, row {instance.fork.row}:{' '}
              {instance.fork.change}
              {instance.fork.isDry ? ' (dry)' : ''}
            </span>
          </Fact>
        )}
      </dl>
      {instance.codeLocation === null || transport.place === 'browser' ? null : (
        <IconButton
          icon="go-to-file"
          label="Go to the orchestrator's code"
          text="Code"
          onClick={() => {
            if (instance.codeLocation !== null) transport.send({ type: 'openSource', location: instance.codeLocation });
          }}
        />
      )}
    </div>
  );
}

function Fact({
  icon,
  name,
  children,
}: {
  icon: string;
  name: string;
  children: JSX.Element | (JSX.Element | string)[] | string;
}): JSX.Element {
  return (
    <div class="fact" title={name}>
      <dt>
        <Icon name={icon} />
        <span class="fact-name">{name}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
