/** Values and answers of functions as hosts and workers know them (spec/functions-worker.md 3.1), whatever carries them. */
export interface RpcResponse {
  outputData?: { name: string; data: TypedData | null }[];
  returnValue?: TypedData | null;
}

/** Spec/functions-worker.md 3.1; one member is set. */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  double?: number | null;
  http?: RpcHttp | null;
  [other: string]: unknown;
}

export interface RpcHttp {
  statusCode?: string | null;
  headers?: Record<string, string> | null;
  cookies?: RpcCookie[] | null;
  body?: TypedData | null;
  [other: string]: unknown;
}

export interface RpcCookie {
  name: string;
  value: string;
  domain?: { value: string } | null;
  path?: { value: string } | null;
  expires?: { value: { seconds: number } } | null;
  secure?: { value: boolean } | null;
  httpOnly?: { value: boolean } | null;
  sameSite?: string | null;
  maxAge?: { value: number } | null;
}
