/** The critical sections of one generation, as its rows tell them, in either form (spec/engine.md 5.5). */
import { entityInstanceId } from '../values/entity-id';
import { readRelease, readRequest, releaseName } from './entity-messages';
import type { HistoryEvent } from '../history/history';
import { isEntityId } from '../values/instance-id';

export interface CriticalSection {
  id: string;
  /** Entities that were not given back, in the order in which they are: that of locking, and whoever answers a call goes to the end. */
  entities: readonly string[];
  /** Entities that are called within, by the id of the request. */
  calls?: ReadonlyMap<string, string>;
  isGranted: boolean;
  /** How its rows are written: EventSent, or rows of their own kind. */
  form: 'event' | 'native';
  requestedAt: string;
}

export class HeldLocks {
  private readonly sections = new Map<string, CriticalSection>();

  constructor(sections: Iterable<CriticalSection> = []) {
    for (const section of sections) this.sections.set(section.id, section);
  }

  /** Requested and not given back. */
  all(): CriticalSection[] {
    return [...this.sections.values()];
  }

  get isNone(): boolean {
    return this.sections.size === 0;
  }

  /** Whether `note` could change anything for the event. */
  static concerns(event: HistoryEvent): boolean {
    switch (event.EventType) {
      case 'EventSent':
        return isEntityId(event.InstanceId);
      case 'EntityLockRequested':
      case 'EntityUnlockSent':
        return true;
      default:
        return false;
    }
  }

  note(event: HistoryEvent): void {
    switch (event.EventType) {
      case 'EventSent': {
        if (!isEntityId(event.InstanceId)) return;
        const release = event.Name === releaseName ? readRelease(event.Input) : null;
        if (release !== null) this.released(release.id, event.InstanceId);
        const request = release === null ? readRequest(event.Input) : null;
        if (request?.lockset !== undefined) {
          this.requested(request.id, request.lockset.map(entityInstanceId), 'event', event.Timestamp);
        } else if (request !== null && request.signal !== true) this.called(request.id, event.InstanceId);
        return;
      }
      case 'EntityLockRequested':
        this.requested(event.CriticalSectionId, event.LockSet, 'native', event.Timestamp);
        return;
      case 'EntityUnlockSent':
        this.released(event.CriticalSectionId, event.TargetInstanceId);
        return;
      case 'EventRaised':
        this.granted(event.Name);
        this.answered(event.Name);
        return;
      case 'EntityLockGranted':
        this.granted(event.CriticalSectionId);
        return;
      default:
    }
  }

  private requested(id: string, entities: readonly string[], form: CriticalSection['form'], requestedAt: string): void {
    this.sections.set(id, { id, entities, isGranted: false, form, requestedAt });
  }

  private granted(id: string): void {
    const section = this.sections.get(id);
    if (section !== undefined) this.sections.set(id, { ...section, isGranted: true });
  }

  private called(requestId: string, instanceId: string): void {
    for (const section of this.sections.values()) {
      if (!section.isGranted || !section.entities.includes(instanceId)) continue;
      this.sections.set(section.id, { ...section, calls: new Map([...(section.calls ?? []), [requestId, instanceId]]) });
    }
  }

  private answered(requestId: string): void {
    for (const section of this.sections.values()) {
      const instanceId = section.calls?.get(requestId);
      if (instanceId === undefined) continue;
      const calls = new Map(section.calls);
      calls.delete(requestId);
      this.sections.set(section.id, { ...section, entities: lastOf(section.entities, instanceId), calls });
    }
  }

  private released(id: string, instanceId: string): void {
    const section = this.sections.get(id);
    if (section === undefined) return;
    const entities = section.entities.filter((each) => each !== instanceId);
    if (entities.length === 0) this.sections.delete(id);
    else this.sections.set(id, { ...section, entities });
  }
}

/** The same with one of them at the end, where it is among them. */
export function lastOf(ids: readonly string[], id: string): readonly string[] {
  return ids.includes(id) ? [...ids.filter((each) => each !== id), id] : ids;
}
