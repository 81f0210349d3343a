/** What .NET offers that comes to something else in a replay, by the simple names of types; namespaces in front of them are passed over. */
import type { DeterminismCause } from '../../core/history/divergence';

export type CSharpCause = Extract<
  DeterminismCause,
  'currentTime' | 'random' | 'uuid' | 'environment' | 'timer' | 'network' | 'fileSystem' | 'process' | 'globalState'
>;

/** Members of types; `*` stands for those that are not named. Null: fine. */
export const staticMembers: Readonly<Record<string, Readonly<Record<string, CSharpCause | null>>>> = {
  DateTime: { Now: 'currentTime', UtcNow: 'currentTime', Today: 'currentTime' },
  DateTimeOffset: { Now: 'currentTime', UtcNow: 'currentTime' },
  TimeProvider: { System: 'currentTime' },
  Stopwatch: { '*': 'currentTime', Frequency: null, IsHighResolution: null, GetElapsedTime: null },
  Random: { Shared: 'random' },
  RandomNumberGenerator: { '*': 'random' },
  Guid: { NewGuid: 'uuid', CreateVersion7: 'uuid' },
  Task: { Delay: 'timer', Run: 'process', Factory: 'process' },
  Thread: { '*': 'process', Sleep: 'timer', SpinWait: 'timer' },
  ThreadPool: { '*': 'process' },
  Parallel: { '*': 'process' },
  Process: { '*': 'process' },
  RuntimeInformation: { '*': 'process' },
  Environment: {
    '*': 'process',
    NewLine: null,
    FailFast: null,
    TickCount: 'currentTime',
    TickCount64: 'currentTime',
    GetEnvironmentVariable: 'environment',
    GetEnvironmentVariables: 'environment',
    ExpandEnvironmentVariables: 'environment',
  },
  File: { '*': 'fileSystem' },
  Directory: { '*': 'fileSystem' },
  Path: { GetTempFileName: 'fileSystem', GetTempPath: 'environment', GetRandomFileName: 'random' },
  Dns: { '*': 'network' },
  WebRequest: { '*': 'network' },
};

/** What an object of the type does, made in the orchestrator or held by its class. */
export const objects: Readonly<Record<string, CSharpCause>> = {
  Random: 'random',
  Stopwatch: 'currentTime',
  Timer: 'timer',
  PeriodicTimer: 'timer',
  Thread: 'process',
  Process: 'process',
  FileStream: 'fileSystem',
  FileInfo: 'fileSystem',
  DirectoryInfo: 'fileSystem',
  FileSystemWatcher: 'fileSystem',
  HttpClient: 'network',
  IHttpClientFactory: 'network',
  WebClient: 'network',
  TcpClient: 'network',
  UdpClient: 'network',
  Socket: 'network',
  SmtpClient: 'network',
  SqlConnection: 'network',
  DbContext: 'network',
  NpgsqlConnection: 'network',
  BlobClient: 'network',
  BlobContainerClient: 'network',
  BlobServiceClient: 'network',
  QueueClient: 'network',
  TableClient: 'network',
  CosmosClient: 'network',
  ServiceBusClient: 'network',
  EventHubProducerClient: 'network',
  SecretClient: 'network',
  IConfiguration: 'environment',
};

/** What to do instead; `context` is the orchestrator's. */
export const csharpAdvice: Readonly<Record<CSharpCause, string>> = {
  currentTime: 'Use context.CurrentUtcDateTime: it comes from the history and is the same in every replay.',
  random: 'Draw it in an activity and use the result, which the history keeps.',
  uuid: 'Use context.NewGuid(): it gives the same identifiers in every replay.',
  environment: 'Read it in the function that starts the orchestration and pass it as input, or read it in an activity.',
  timer: 'Wait with await context.CreateTimer(…).',
  network: 'Send it in an activity, or with await context.CallHttpAsync(…), so that the history keeps the answer.',
  fileSystem: 'Read and write files in an activity.',
  process: 'Start threads and processes, and ask about the machine, in an activity.',
  globalState: 'Keep state in variables of the orchestrator, in its input, or in an entity.',
};
