import type { Finding } from '../../analysis/findings/finding';

/** What is known of one file: its findings, and the version of the open document that they were found in (null: the file on disk). */
export interface KnownFindings {
  findings: readonly Finding[];
  version: number | null;
}
