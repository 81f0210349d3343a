/** A worker program that has connected to the emulator, for people's eyes. */
export interface ConnectedWorker {
  /** Unique in this emulator's life. */
  id: string;
  /** `JavaScript`, `Python`, `Java`, `Go`, `.NET`, or what its HTTP client calls itself. */
  language: string;
  /** What it says of itself: `durabletask-js/0.4.0`; null when it says nothing. */
  sdk: string | null;
  /** What it calls itself; null for most. */
  workerId: string | null;
  hubName: string;
  /** ISO-8601. */
  connectedAt: string;
  /** What it announced that it runs, else what it has run so far. */
  orchestrators: readonly string[];
  activities: readonly string[];
  entities: readonly string[];
  /** Whether these lists are announced and therefore whole. */
  isAnnounced: boolean;
}
