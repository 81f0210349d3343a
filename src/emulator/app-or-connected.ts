/**
 * Who runs instances of profile G in the emulator's own hub: functions of the app whose package speaks the protocol (durable-functions 4),
 * and programs that have connected. A name that the app has is the app's.
 */
import type {
  ActivityOutcome,
  ActivityRequest,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../core/ports/function-worker';
import type { GrpcWorker } from '../grpc/grpc-worker';
import type { PassthroughWorker } from '../grpc/passthrough-worker';

type DurableType = 'orchestrator' | 'activity' | 'entity';

export class AppOrConnected implements FunctionWorker {
  readonly profile = 'G';

  constructor(
    private readonly app: PassthroughWorker,
    private readonly connected: GrpcWorker,
  ) {}

  functions(): readonly FunctionDescriptor[] {
    return this.app.functions();
  }

  accepts(type: DurableType, name: string, version: string): boolean {
    // What nobody has is the app's to refuse, unless a program that has it may come back.
    return this.app.accepts(type, name) || (this.connected.hadStreams ? this.connected.accepts(type, name, version) : true);
  }

  has(type: 'orchestrator' | 'entity', name: string, version: string): boolean {
    return this.app.accepts(type, name) || this.connected.accepts(type, name, version);
  }

  isOfApp(name: string): boolean {
    return this.app.accepts('orchestrator', name);
  }

  storesInputs(name: string): boolean {
    const worker = this.#for('orchestrator', name);
    return worker !== this.app || this.app.storesInputs();
  }

  isOfExtension(type: 'orchestrator' | 'entity', name: string): boolean {
    return this.#for(type, name) === this.app && this.app.isOfExtension();
  }

  runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    return this.#for('orchestrator', request.name).runEpisode(request);
  }

  runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    return this.#for('activity', request.name).runActivity(request);
  }

  runEntityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    return this.#for('entity', request.name).runEntityBatch(request);
  }

  forget(instanceId: string): void {
    this.app.forget(instanceId);
    this.connected.forget(instanceId);
  }

  #for(type: DurableType, name: string): PassthroughWorker | GrpcWorker {
    return this.app.accepts(type, name) || !this.connected.hadStreams ? this.app : this.connected;
  }
}
