/** The kinds of operations of the compact history, as people see them. */
import type { OperationKind } from '../../core/history/compact-history';

export const operationIcons: Readonly<Record<OperationKind, string>> = {
  start: 'play',
  activity: 'zap',
  child: 'type-hierarchy-sub',
  timer: 'clockface',
  event: 'mail',
  entity: 'symbol-object',
  sent: 'mail-read',
  control: 'settings-gear',
  end: 'debug-stop',
};

export const operationKinds: Readonly<Record<OperationKind, string>> = {
  start: 'Start',
  activity: 'Activity',
  child: 'Sub-orchestration',
  timer: 'Timer',
  event: 'Event',
  entity: 'Entity operation',
  sent: 'Event sent',
  control: 'Control',
  end: 'End',
};
