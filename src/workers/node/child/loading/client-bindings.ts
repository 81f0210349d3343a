/** What durable client bindings bring: of two kinds, as the app's package has it. */
import type { TypedData } from '../../../supervision/rpc-values';
import type { ExtraInput } from './function-registry';

export class ClientBindings {
  private readonly json: TypedData;
  private readonly grpc: TypedData;

  /** `clientBinding`: JSON text for clients of the HTTP API; `grpcClientBinding`: for those that speak gRPC, absent when that is off. */
  constructor({ clientBinding, grpcClientBinding }: { clientBinding: string; grpcClientBinding?: string }) {
    this.json = { string: clientBinding };
    // Without the port a client still makes URLs; its calls fail, and say where they went.
    this.grpc = { string: grpcClientBinding ?? clientBinding };
  }

  /** Nothing for inputs that are no clients. */
  dataOf({ isDurableClient, requiresGrpc }: ExtraInput): TypedData {
    if (!isDurableClient) return {};
    return requiresGrpc ? this.grpc : this.json;
  }

  /** The same, parsed; undefined for inputs that are no clients. */
  valueOf(input: ExtraInput): unknown {
    const { string } = this.dataOf(input);
    return typeof string === 'string' ? (JSON.parse(string) as unknown) : undefined;
  }
}
