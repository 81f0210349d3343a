/** HTTP triggers of the app: the local server asks, the process that runs user code answers. */
export interface HttpTriggerRequest {
  method: string;
  /** Absolute, as the caller sent it. */
  url: string;
  /** Lower-case names; several values of one name joined with a comma. */
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** Route parameters, percent-decoded. */
  params: Readonly<Record<string, string>>;
  body: Uint8Array | null;
}

export interface HttpTriggerResponse {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array | ReadableStream<Uint8Array> | null;
}

/** Rejections: `UnknownFunction`, `WorkerExited`; an error of the user's code is a 500 response, never a rejection. */
export interface HttpTriggerHost {
  invokeHttp(functionName: string, request: HttpTriggerRequest, signal?: AbortSignal): Promise<HttpTriggerResponse>;
}
