/** What a recording of the real engine holds (test/goldens/README.md). */

export type Step =
  | { start: string; id?: string; input?: unknown; raw?: string; type?: string }
  | { wait: string; id?: string }
  | { event: string; id?: string; input?: unknown; raw?: string; type?: string }
  | { terminate: string; id?: string }
  | { suspend: string; id?: string }
  | { resume: string; id?: string }
  | { rewind: string; id?: string }
  | { get: string; id?: string }
  | { request: [method: string, path: string]; input?: unknown; raw?: string; type?: string; headers?: Record<string, string> }
  | { page: string }
  | { pause: number };

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Parsed where it is JSON. */
  body: unknown;
}

export type Call = ({ call: string; sent?: string } & Answer) | { wait: string; id?: string; reached: boolean };

export type TableRow = Record<string, string | number | boolean>;

export interface InstanceTables {
  History: TableRow[];
  Instances: TableRow[];
}

export interface Scenario {
  name: string;
  steps: Step[];
}

export interface Played {
  calls: Call[];
  /** With history, outputs and inputs, at the end. */
  status: Answer;
  rows: Record<string, InstanceTables>;
}

export interface Recording extends Scenario, Played {
  /** Two recordings of it differed: results that came together, other scenarios' instances in a list. */
  racy?: boolean;
}
