/**
 * Replays of a hub's instances for whoever cannot run one: they are run here, and looked at through a wire. What the answers hold is the promise of
 * the panels (protocol/replay-values.ts); nothing between knows it.
 */
export interface InstanceReplays {
  /**
   * The instance as it is now, with the code as it is now. Rejects with `InstanceNotFound`, `UnknownFunction`, `AppInvalid`, `NotSupported`,
   * `WorkerHung` or `WorkerExited`.
   */
  open(instanceId: string): Promise<{ id: string; overview: unknown }>;
  /** These reject with `Stopped` for one that is closed, which one that nobody looks at for long becomes by itself. */
  moment(id: string, step: number): Promise<unknown>;
  variables(id: string, reference: string, start: number, count: number): Promise<unknown>;
  /** Nothing happens when it is closed already. */
  close(id: string): Promise<void>;
}
