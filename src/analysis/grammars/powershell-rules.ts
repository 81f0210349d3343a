/** What PowerShell offers that comes to something else in a replay; names in lower case, as PowerShell compares them. */
import type { SharedCause } from '../../core/history/cause-advice';

function named(cause: SharedCause, names: string): [string, SharedCause][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [name, cause]);
}

/** Commands and their aliases. Windows' own programs of the same names are meant as well. */
export const commands: ReadonlyMap<string, SharedCause> = new Map([
  ...named('currentTime', 'get-date get-uptime measure-command'),
  ...named('random', 'get-random get-securerandom'),
  ...named('uuid', 'new-guid'),
  ...named('timer', 'start-sleep sleep wait-event register-objectevent'),
  ...named(
    'network',
    'invoke-restmethod irm invoke-webrequest iwr curl wget test-connection test-netconnection resolve-dnsname send-mailmessage start-bitstransfer invoke-sqlcmd',
  ),
  ...named(
    'fileSystem',
    `get-content gc cat type set-content sc add-content ac clear-content out-file tee-object get-childitem gci ls dir get-item gi test-path
     new-item ni new-temporaryfile remove-item ri rm del copy-item cp copy move-item mv move rename-item import-csv export-csv import-clixml
     export-clixml import-powershelldatafile get-filehash expand-archive compress-archive`,
  ),
  ...named(
    'process',
    `start-process saps get-process gps ps stop-process start-job start-threadjob invoke-command icm get-computerinfo get-ciminstance
     get-wmiobject get-service hostname get-host get-location pwd`,
  ),
]);

/** Commands of Azure, of Graph and of their like go over the network. */
export const networkCommand = /^[a-z]+-(az|mg|pnp|aks)[a-z]+$/;

/** Members of types of .NET, as in C#; `*`: those that are not named. Null: fine. */
export const staticMembers: Readonly<Record<string, Readonly<Record<string, SharedCause | null>>>> = {
  datetime: { now: 'currentTime', utcnow: 'currentTime', today: 'currentTime' },
  datetimeoffset: { now: 'currentTime', utcnow: 'currentTime' },
  stopwatch: { '*': 'currentTime', frequency: null },
  random: { new: 'random', shared: 'random' },
  randomnumbergenerator: { '*': 'random' },
  guid: { newguid: 'uuid', createversion7: 'uuid' },
  task: { delay: 'timer', run: 'process' },
  thread: { '*': 'process', sleep: 'timer' },
  process: { '*': 'process' },
  environment: {
    '*': 'process',
    newline: null,
    tickcount: 'currentTime',
    tickcount64: 'currentTime',
    getenvironmentvariable: 'environment',
    getenvironmentvariables: 'environment',
    expandenvironmentvariables: 'environment',
  },
  file: { '*': 'fileSystem' },
  directory: { '*': 'fileSystem' },
  path: { gettempfilename: 'fileSystem', gettemppath: 'environment', getrandomfilename: 'random' },
  dns: { '*': 'network' },
  httpclient: { new: 'network' },
  webclient: { new: 'network' },
  tcpclient: { new: 'network' },
};

/** What `New-Object` makes. */
export const objects: Readonly<Record<string, SharedCause>> = {
  random: 'random',
  stopwatch: 'currentTime',
  httpclient: 'network',
  webclient: 'network',
  tcpclient: 'network',
  fileinfo: 'fileSystem',
  filestream: 'fileSystem',
};

/** Their output is seen and not used. */
export const onlyTold: ReadonlySet<string> = new Set(
  'write-host write-information write-verbose write-debug write-warning write-error out-host'.split(' '),
);
