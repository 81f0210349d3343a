/** In the bundle, in the place of a parser of .proto files: only services that watch a server of @grpc/grpc-js itself would read any. */
export function loadSync(): never {
  throw new Error('Nothing here reads .proto files.');
}
