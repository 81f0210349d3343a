/** The apps of the folder `examples` that come with the extension (.vscodeignore): a copy of one is a beginning. */
export type ExampleLanguage = 'JavaScript' | 'TypeScript' | 'C#' | 'PowerShell';

export interface ExampleApp {
  /** Below `examples`. */
  folder: string;
  title: string;
  language: ExampleLanguage;
  /** What it shows. */
  detail: string;
}

const cities = 'Three activities in a row, and an HTTP trigger that starts them.';
const status = 'Custom status while it runs: progress, recommendations, a ticket that waits to be confirmed.';
const patterns = 'Fan-out, timers, human interaction, retries, sub-orchestrations, HTTP calls.';

export const exampleApps: readonly ExampleApp[] = [
  { folder: 'hello-cities', title: 'Hello Cities', language: 'JavaScript', detail: cities },
  { folder: 'hello-cities-ts', title: 'Hello Cities', language: 'TypeScript', detail: cities },
  { folder: 'hello-cities-csharp', title: 'Hello Cities', language: 'C#', detail: cities },
  { folder: 'custom-status', title: 'Custom status', language: 'JavaScript', detail: status },
  { folder: 'custom-status-csharp', title: 'Custom status', language: 'C#', detail: status },
  { folder: 'custom-status-powershell', title: 'Custom status', language: 'PowerShell', detail: status },
  { folder: 'patterns', title: 'Patterns', language: 'JavaScript', detail: patterns },
  { folder: 'patterns-csharp', title: 'Patterns', language: 'C#', detail: patterns },
  {
    folder: 'entities',
    title: 'Entities',
    language: 'JavaScript',
    detail: 'Counters and accounts as durable entities, and a transfer in a critical section.',
  },
];

/** What has to be there before such an app runs, in a few words. */
export const languageNeeds: Readonly<Record<ExampleLanguage, string>> = {
  JavaScript: 'runs as it is written',
  TypeScript: 'built when it starts',
  'C#': 'needs the .NET SDK',
  PowerShell: 'needs Azure Functions Core Tools',
};

/** The smallest one of each language: what "Create a sample app" writes. */
export const sampleApps: readonly ExampleApp[] = exampleApps.filter(
  ({ title, language }) => title === 'Hello Cities' || language === 'PowerShell',
);
