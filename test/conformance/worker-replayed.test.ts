import { conforms } from './conforms';
import { workerReplayedRows } from './worker-replayed-rows';

describe('conformance 8.13, worker-replayed', () => {
  workerReplayedRows(conforms);
});
