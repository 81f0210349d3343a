/** Every id that package.json and the code must agree on; a test compares them. */

export const commands = {
  startEmulator: 'durascope.startEmulator',
  stopEmulator: 'durascope.stopEmulator',
  restartEmulator: 'durascope.restartEmulator',
  emulatorMenu: 'durascope.emulatorMenu',
  lookAtEarlier: 'durascope.lookAtEarlier',
  askAboutEarlier: 'durascope.askAboutEarlier',
  selectApp: 'durascope.selectApp',
  createSampleApp: 'durascope.createSampleApp',
  openExample: 'durascope.openExample',
  startInstance: 'durascope.startInstance',
  startAgain: 'durascope.startAgain',
  startFromEditor: 'durascope.startFromEditor',
  runFunction: 'durascope.runFunction',
  sendRequest: 'durascope.sendRequest',
  openEntity: 'durascope.openEntity',
  signalEntity: 'durascope.signalEntity',
  cleanEntities: 'durascope.cleanEntities',
  raiseEvent: 'durascope.raiseEvent',
  terminate: 'durascope.terminate',
  suspend: 'durascope.suspend',
  resume: 'durascope.resume',
  rewind: 'durascope.rewind',
  restart: 'durascope.restart',
  startCopy: 'durascope.startCopy',
  purge: 'durascope.purge',
  goToInstance: 'durascope.goToInstance',
  openInstance: 'durascope.openInstance',
  keepOpen: 'durascope.keepOpen',
  compareWith: 'durascope.compareWith',
  openInstances: 'durascope.openInstances',
  showFunctionsGraph: 'durascope.showFunctionsGraph',
  openHistory: 'durascope.openHistory',
  showInstancesOf: 'durascope.showInstancesOf',
  goToCode: 'durascope.goToCode',
  goToFailure: 'durascope.goToFailure',
  clearHub: 'durascope.clearHub',
  setClock: 'durascope.setClock',
  exportInstances: 'durascope.exportInstances',
  importInstances: 'durascope.importInstances',
  copyId: 'durascope.copyId',
  copyUrl: 'durascope.copyUrl',
  copyConnectionString: 'durascope.copyConnectionString',
  copyText: 'durascope.copyText',
  openRoute: 'durascope.openRoute',
  openDashboard: 'durascope.openDashboard',
  showOutput: 'durascope.showOutput',
  goToLoadError: 'durascope.goToLoadError',
  installPackages: 'durascope.installPackages',
  buildApp: 'durascope.buildApp',
  filter: 'durascope.filter',
  clearFilter: 'durascope.clearFilter',
  groupByStatus: 'durascope.groupByStatus',
  groupByOrchestrator: 'durascope.groupByOrchestrator',
  groupFlat: 'durascope.groupFlat',
  loadMore: 'durascope.loadMore',
  refresh: 'durascope.refresh',
  stepThroughReplay: 'durascope.stepThroughReplay',
  debugReplay: 'durascope.debugReplay',
  importHistory: 'durascope.importHistory',
  saveRunAsTest: 'durascope.saveRunAsTest',
  exploreSchedules: 'durascope.exploreSchedules',
  stepThroughSchedule: 'durascope.stepThroughSchedule',
  saveScheduleAsTest: 'durascope.saveScheduleAsTest',
  allowOutput: 'durascope.allowOutput',
  removeExploration: 'durascope.removeExploration',
  whatIf: 'durascope.whatIf',
  whatIfHere: 'durascope.whatIfHere',
  openSettings: 'durascope.openSettings',
  openWalkthrough: 'durascope.openWalkthrough',
  explainCause: 'durascope.explainCause',
  showBroken: 'durascope.showBroken',
  showFailed: 'durascope.showFailed',
  replayFile: 'durascope.replayFile',
  compareWithEmulator: 'durascope.compareWithEmulator',
  copyLink: 'durascope.copyLink',
  attachHub: 'durascope.attachHub',
  detachHub: 'durascope.detachHub',
  refreshHubs: 'durascope.refreshHubs',
  pauseHub: 'durascope.pauseHub',
  actOnHub: 'durascope.actOnHub',
  filterHub: 'durascope.filterHub',
  loadMoreOfHub: 'durascope.loadMoreOfHub',
  showHubInstances: 'durascope.showHubInstances',
  openHubInstance: 'durascope.openHubInstance',
  copyToEmulator: 'durascope.copyToEmulator',
} as const;
/** Third argument of `openInstance`: by a single click in a view. */
export const clicked = 'clicked';
export type CommandId = (typeof commands)[keyof typeof commands];

export const views = {
  instances: 'durascope.instances',
  entities: 'durascope.entities',
  /** In the place of `entities` while there are none: it begins collapsed. */
  noEntities: 'durascope.noEntities',
  functions: 'durascope.functions',
  emulator: 'durascope.emulator',
  /** Task hubs of the real engines; there once one is attached. */
  hubs: 'durascope.hubs',
} as const;

export const panels = {
  instance: 'durascope.instance',
  instances: 'durascope.instancesPanel',
  entity: 'durascope.entity',
  functions: 'durascope.functionsPanel',
} as const;

/** Instances of an attached hub: gone with the window, so that nothing wakes up for it. */
export const hubInstancesPanel = 'durascope.hubInstancesPanel';

export const debugType = 'durascope';
/** The debugger over replays. */
export const replayDebugType = 'durascope-replay';

export const contextKeys = {
  /** `none` (no app), `stopped`, `starting`, `running`, `stopping` or `failed`; not set while the first search goes on. */
  emulator: 'durascope.emulatorState',
  /** It starts, and builds the app for that. */
  isBuilding: 'durascope.isBuilding',
  hasFilter: 'durascope.hasFilter',
  grouping: 'durascope.grouping',
  severalApps: 'durascope.severalApps',
  /** `functionApp` or `programs`; empty without either. */
  appKind: 'durascope.appKind',
  /** The emulator runs, and the app cannot be loaded. */
  isBroken: 'durascope.isBroken',
  /** What helps then: words of `mendingWords`. */
  mending: 'durascope.mending',
  hasEntities: 'durascope.hasEntities',
  hasHubs: 'durascope.hasHubs',
  /** Earlier sessions have left instances, and nobody looks at them yet. */
  hasEarlier: 'durascope.hasEarlier',
  /** The panel in front is the one that single clicks share. */
  isPreview: 'durascope.isPreview',
  // What the walkthrough ticks.
  hasRun: 'durascope.hasRun',
  hasStarted: 'durascope.hasStarted',
  hasLooked: 'durascope.hasLooked',
  hasOpenedPanel: 'durascope.hasOpenedPanel',
  hasReplayed: 'durascope.hasReplayed',
  hasDebugged: 'durascope.hasDebugged',
} as const;

/** Of the section `durascope`. */
export const settings = {
  port: 'port',
  grpc: 'grpc',
  grpcPort: 'grpcPort',
  dataFolder: 'dataFolder',
  storage: 'storage',
  durability: 'durability',
  sessionStart: 'sessionStart',
  watchdogMs: 'watchdogMs',
  nodePath: 'nodePath',
  env: 'env',
  productionStore: 'productionStore',
  clientIdRules: 'clientIdRules',
  timers: 'timers',
  durableTimers: 'durableTimers',
  httpStubs: 'httpStubs',
  buildOnStart: 'buildOnStart',
  autoStart: 'autoStart',
  codeLens: 'codeLens',
  waitingHints: 'waitingHints',
  diagnostics: 'diagnostics.enabled',
  severity: 'diagnostics.severity',
  checkOnSave: 'diagnostics.checkOnSave',
  agentActions: 'agentActions',
  mcpServer: 'mcpServer',
  notifyFailures: 'notifyFailures',
  previewPanels: 'previewPanels',
} as const;

export const walkthrough = 'durascope.durascope#durascope.firstSteps';

/** Who provides the server of the Model Context Protocol. */
export const mcpProvider = 'durascope';

/** Of language-model tools in package.json: `durascope_` and the tool's own name (src/tools). */
export const toolPrefix = 'durascope_';
export const toolNames = [
  'list_instances',
  'get_instance',
  'get_history',
  'explain_failure',
  'compare_instances',
  'list_functions',
  'list_entities',
  'step_through_replay',
  'read_variables',
  'start_orchestration',
  'fork_instance',
  'raise_event',
  'terminate_instance',
  'suspend_instance',
  'resume_instance',
  'rewind_instance',
  'signal_entity',
] as const;
