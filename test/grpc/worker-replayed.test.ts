import { workerReplayedRows } from '../conformance/worker-replayed-rows';
import { conformsOverGrpc } from './conforms-over-grpc';

describe('conformance 8.13 over gRPC, by the SDK for JavaScript', () => {
  workerReplayedRows(conformsOverGrpc);
});
