"use strict";

// src/core/custom-status.ts
function customStatusProblem(json) {
  if (json === null) return null;
  const kilobytes = Math.floor(json.length * 2 / 1024);
  if (kilobytes <= customStatusLimitKb) return null;
  return `The size of the JSON-serialized custom status is ${kilobytes} KB (UTF-16), which is over the limit of ${customStatusLimitKb} KB.`;
}
var customStatusLimitKb = 16;

// src/core/durable-action.ts
var actionTypes = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  ScheduledSignalEntity: 10,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14
};
function isActionEntry(value) {
  if (Array.isArray(value)) return value.every((item) => isAction(item));
  return isAction(value);
}
function isAction(value) {
  return typeof value === "object" && value !== null && typeof value.actionType === "number";
}
function textField(action, field) {
  const value = action[field];
  return typeof value === "string" && value !== "" ? value : void 0;
}
function childActions(action) {
  const children = action["compoundActions"];
  return Array.isArray(children) ? children : [];
}
function fireAtMs(action) {
  const value = action["fireAt"];
  if (value instanceof Date) return value.getTime();
  return typeof value === "string" ? Date.parse(value) : Number.NaN;
}
function actionName(action) {
  return textField(action, "functionName") ?? textField(action, "externalEventName") ?? null;
}
function activityInput(input) {
  if (typeof input === "string" && input.length > 1 && input.startsWith('"') && input.endsWith('"')) return `[${input}]`;
  return `[${JSON.stringify(input ?? null)}]`;
}
function payloadText(value) {
  return stringify(value) ?? null;
}
function stringify(value) {
  return JSON.stringify(value);
}

// src/core/retry.ts
function retryDelayMs(policy, failure) {
  const delay = policy.firstRetryIntervalMs * (policy.backoffCoefficient ?? 1) ** failure;
  return Math.min(delay, policy.maxRetryIntervalMs ?? Number.POSITIVE_INFINITY);
}
function nextRetry(policy, failure, firstAttemptMs, nowMs) {
  if (failure + 1 >= policy.maxNumberOfAttempts) return { delayMs: 0, again: false };
  if (nowMs >= firstAttemptMs + (policy.retryTimeoutMs ?? Number.POSITIVE_INFINITY)) return null;
  return { delayMs: retryDelayMs(policy, failure), again: true };
}

// src/core/time.ts
var lastMs = Number.NaN;
var lastText = "";
function toTimestamp(epochMs) {
  if (epochMs !== lastMs) {
    lastText = `${new Date(epochMs).toISOString().slice(0, -1)}0000Z`;
    lastMs = epochMs;
  }
  return lastText;
}
function fromTimestamp(text2) {
  return Date.parse(text2);
}

// src/core/host-replay-nodes.ts
var ReplayNode = class {
  parent = null;
  state = "waiting";
  /** Fire and forget: over when started, and no reason for a V1 step to go on. */
  isInstant = false;
  isStarted = false;
  /** Starts the node, once: the same task may be waited for again in a later compound. */
  begin(host) {
    if (this.isStarted) return;
    this.isStarted = true;
    this.start(host);
  }
  get isDone() {
    return this.state !== "waiting";
  }
  finish(failed) {
    if (this.isDone) return;
    this.state = failed ? "failed" : "succeeded";
    this.parent?.childFinished(this);
  }
};
var ParentNode = class extends ReplayNode {
};
var TaskNode = class extends ReplayNode {
  constructor(decide) {
    super();
    this.decide = decide;
  }
  decide;
  failure = null;
  start(host) {
    host.allocate(this.decide, this);
  }
  blocksCompletion() {
    return true;
  }
  succeeded() {
    this.finish(false);
  }
  failed(failure) {
    this.failure = failure;
    this.finish(true);
  }
};
var TimerNode = class extends ReplayNode {
  constructor(fireAtMs2, isCanceled) {
    super();
    this.fireAtMs = fireAtMs2;
    this.isCanceled = isCanceled;
  }
  fireAtMs;
  isCanceled;
  start(host) {
    host.allocate((id) => ({ type: "CreateTimer", id, fireAt: toTimestamp(this.fireAtMs) }), this);
  }
  blocksCompletion() {
    return !this.isCanceled();
  }
  succeeded() {
    this.finish(false);
  }
  failed() {
    this.finish(true);
  }
};
var LongTimerNode = class extends ParentNode {
  constructor(fireAtMs2, isCanceled) {
    super();
    this.fireAtMs = fireAtMs2;
    this.isCanceled = isCanceled;
  }
  fireAtMs;
  isCanceled;
  host = null;
  start(host) {
    this.host = host;
    const isLast = this.fireAtMs - host.nowMs <= host.maximumShortTimerMs;
    const part = new TimerNode(isLast ? this.fireAtMs : host.nowMs + host.longTimerIntervalMs, this.isCanceled);
    part.parent = this;
    part.begin(host);
  }
  childFinished() {
    if (this.host !== null && this.fireAtMs > this.host.nowMs) this.start(this.host);
    else this.finish(false);
  }
};
var RetryNode = class extends ParentNode {
  constructor(policy, decide) {
    super();
    this.policy = policy;
    this.decide = decide;
  }
  policy;
  decide;
  host = null;
  failures = 0;
  firstAttemptMs = 0;
  isLastTimer = false;
  start(host) {
    this.host = host;
    this.firstAttemptMs = host.nowMs;
    this.attempt(host);
  }
  childFinished(child) {
    const host = this.host;
    if (host === null) return;
    if (child instanceof TimerNode) {
      if (this.isLastTimer) this.finish(true);
      else this.attempt(host);
    } else if (child.state === "succeeded" || !(child instanceof TaskNode) || child.failure === null) {
      this.finish(false);
    } else {
      this.afterFailure(host, child.failure);
    }
  }
  attempt(host) {
    this.run(new TaskNode(this.decide), host);
  }
  afterFailure(host, failure) {
    const isFinal = failure.failureDetails?.IsNonRetriable === true;
    const step = isFinal ? null : nextRetry(this.policy, this.failures, this.firstAttemptMs, host.nowMs);
    this.failures += 1;
    if (step === null) {
      host.fail(`${failure.reason} 
 ${failure.details}`, failure);
      this.finish(true);
      return;
    }
    this.isLastTimer = !step.again;
    this.run(new TimerNode(host.nowMs + step.delayMs, () => false), host);
  }
  run(node, host) {
    node.parent = this;
    node.begin(host);
  }
};
var EventWaitNode = class extends ReplayNode {
  constructor(eventName) {
    super();
    this.eventName = eventName;
    this.key = eventName.toLowerCase();
  }
  eventName;
  key;
  /** Position among all waits of the orchestration. */
  order = 0;
  start(host) {
    if (host.takeOrAwait(this)) this.finish(false);
  }
  received() {
    this.finish(false);
  }
};
var AnyNode = class extends ParentNode {
  constructor(children, countsFinished = true) {
    super();
    this.children = children;
    this.countsFinished = countsFinished;
  }
  children;
  countsFinished;
  start(host) {
    if (this.children.length === 0) this.finish(false);
    if (this.countsFinished && this.children.some((child) => child.isDone)) this.finish(false);
    beginChildren(this, this.children, host);
  }
  childFinished(child) {
    if (!child.isInstant) this.finish(false);
  }
};
var AllNode = class extends ParentNode {
  constructor(children) {
    super();
    this.children = children;
    this.waitingFor = children.length;
  }
  children;
  waitingFor;
  start(host) {
    this.waitingFor = this.children.filter((child) => !child.isDone).length;
    if (this.children.some((child) => child.state === "failed")) this.finish(true);
    beginChildren(this, this.children, host);
    if (this.waitingFor === 0) this.finish(false);
  }
  childFinished(child) {
    this.waitingFor -= 1;
    if (child.state === "failed") this.finish(true);
    else if (this.waitingFor === 0) this.finish(false);
  }
};
var StepNode = class extends AnyNode {
  start(host) {
    super.start(host);
    if (this.children.every((child) => child.isInstant)) this.finish(false);
  }
};
var InstantNode = class extends ReplayNode {
  constructor(run) {
    super();
    this.run = run;
  }
  run;
  isInstant = true;
  start(host) {
    this.run(host);
    this.finish(false);
  }
};
function beginChildren(parent, children, host) {
  for (const child of children) {
    child.parent = parent;
    child.begin(host);
  }
}

// src/core/instance-id.ts
var maxInstanceIdLength = 100;
var forbidden = /[/\\#?\u0000-\u001f\u007f-\u009f]/;
function instanceIdProblem(instanceId) {
  if (instanceId.length === 0) return "An instance id cannot be empty.";
  if (instanceId.length > maxInstanceIdLength) {
    return `An instance id has at most ${maxInstanceIdLength} characters; '${instanceId.slice(0, 20)}...' has ${instanceId.length}.`;
  }
  if (instanceId.startsWith("@")) return `The instance id '${instanceId}' starts with '@', which is reserved for entities.`;
  const found = forbidden.exec(instanceId)?.[0];
  if (found === void 0) return null;
  const shown = found < " " || found >= "\x7F" ? `the control character U+${codePoint(found)}` : `'${found}'`;
  return `An instance id must not contain '/', '\\', '#', '?' or control characters; this one contains ${shown}.`;
}
function defaultChildInstanceId(parentExecutionId, taskId) {
  return `${parentExecutionId}:${taskId}`;
}
function codePoint(char) {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
}

// src/core/host-actions.ts
var HostActions = class {
  constructor(options, clock, continueAsNew) {
    this.options = options;
    this.clock = clock;
    this.continueAsNew = continueAsNew;
  }
  options;
  clock;
  continueAsNew;
  /** The same action object is the same task. Actions that came as text are all different. */
  nodes = /* @__PURE__ */ new Map();
  sequels = null;
  /** True while a node that takes further ids as it goes (retries, chains of timers) is not over. */
  get hasSequels() {
    return this.sequels !== null && this.sequels.some((node) => !node.isDone);
  }
  /** The first action below `entry` that takes an id, so far unstarted; null when there is none. */
  firstScheduling(entry) {
    const actions = Array.isArray(entry) ? entry : [entry];
    for (const action of actions) {
      switch (action.actionType) {
        case actionTypes.WhenAny:
        case actionTypes.WhenAll: {
          const first = this.firstScheduling(childActions(action));
          if (first !== null) return first;
          break;
        }
        case actionTypes.WaitForExternalEvent:
        case actionTypes.ContinueAsNew:
          break;
        default:
          if (!this.nodes.has(action)) return action;
      }
    }
    return null;
  }
  /** Throws an error with the host's words when the action asks for something that cannot be done. */
  node(action) {
    if (action.actionType === actionTypes.WaitForExternalEvent)
      return new EventWaitNode(this.required(action, "externalEventName"));
    const known = this.nodes.get(action);
    if (known !== void 0) {
      const { instanceId, name } = this.options;
      this.options.onReusedTask?.(instanceId, name, textField(action, "functionName") ?? "a task");
      return known;
    }
    const node = this.newNode(action);
    this.nodes.set(action, node);
    return node;
  }
  newNode(action) {
    switch (action.actionType) {
      case actionTypes.CallActivity:
        return new TaskNode(this.activity(action));
      case actionTypes.CallActivityWithRetry:
        return this.sequel(new RetryNode(retryPolicy(action), this.activity(action)));
      case actionTypes.CallSubOrchestrator:
        return new TaskNode(this.subOrchestration(action));
      case actionTypes.CallSubOrchestratorWithRetry:
        return this.sequel(new RetryNode(retryPolicy(action), this.subOrchestration(action)));
      case actionTypes.ContinueAsNew: {
        const input = payloadText(action["input"]);
        return new InstantNode(() => this.continueAsNew(input));
      }
      case actionTypes.CreateTimer:
        return this.timer(action);
      case actionTypes.WhenAny:
        return new AnyNode(
          childActions(action).map((child) => this.node(child)),
          this.options.racesCountFinished
        );
      case actionTypes.WhenAll:
        return new AllNode(childActions(action).map((child) => this.node(child)));
      case actionTypes.CallHttp:
        throw new Error("Durascope does not support callHttp yet. Call an activity that makes the request.");
      case actionTypes.CallEntity:
      case actionTypes.SignalEntity:
      case actionTypes.ScheduledSignalEntity:
      case actionTypes.LockEntities:
      case actionTypes.ReleaseEntities:
        throw new Error("Durascope does not support durable entities yet.");
      default:
        throw new Error(`Durascope does not know the action type ${action.actionType} of this durable-functions package.`);
    }
  }
  activity(action) {
    const name = this.required(action, "functionName");
    this.refuse(this.options.problemWith("activity", name));
    const input = activityInput(action["input"]);
    return (id) => ({ type: "ScheduleTask", id, name, input });
  }
  subOrchestration(action) {
    const name = this.required(action, "functionName");
    this.refuse(this.options.problemWith("orchestrator", name));
    const version = textField(action, "version");
    const input = payloadText(action["input"]);
    const chosenId = textField(action, "instanceId");
    if (chosenId !== void 0) this.refuse(this.childIdProblem(chosenId));
    return (id) => ({
      type: "CreateSubOrchestration",
      id,
      name,
      ...version === void 0 ? {} : { version },
      instanceId: chosenId ?? defaultChildInstanceId(this.options.executionId, id),
      input
    });
  }
  childIdProblem(childId) {
    if (childId === this.options.instanceId) {
      return `The sub-orchestration cannot have the instance id '${childId}': it is the id of the orchestration that calls it.`;
    }
    if (childId === this.options.parentInstanceId) {
      return `The sub-orchestration cannot have the instance id '${childId}': it is the id of the calling orchestration's parent.`;
    }
    return instanceIdProblem(childId);
  }
  /** When the first timer for the action is due: the whole time, or the first part of a chain. */
  firstFireAtMs(action) {
    const fireAt = fireAtMs(action);
    const isLong = fireAt - this.clock.nowMs > this.options.maximumShortTimerMs;
    return isLong ? this.clock.nowMs + this.options.longTimerIntervalMs : fireAt;
  }
  timer(action) {
    const fireAt = fireAtMs(action);
    if (Number.isNaN(fireAt)) throw new Error("The timer has no valid time to fire at: pass createTimer a valid Date.");
    const isCanceled = () => action["isCanceled"] === true;
    if (fireAt - this.clock.nowMs <= this.options.maximumShortTimerMs) return new TimerNode(fireAt, isCanceled);
    return this.sequel(new LongTimerNode(fireAt, isCanceled));
  }
  sequel(node) {
    (this.sequels ??= []).push(node);
    return node;
  }
  required(action, field) {
    const value = textField(action, field);
    if (value === void 0) throw new Error(`The action of type ${action.actionType} has no ${field}.`);
    return value;
  }
  refuse(problem) {
    if (problem !== null) throw new Error(problem);
  }
};
function retryPolicy(action) {
  const options = action["retryOptions"];
  const values = typeof options === "object" && options !== null ? options : {};
  const number = (field) => {
    const value = values[field];
    return typeof value === "number" && Number.isFinite(value) ? value : void 0;
  };
  const firstRetryIntervalMs = number("firstRetryIntervalInMilliseconds");
  const maxNumberOfAttempts = number("maxNumberOfAttempts");
  if (firstRetryIntervalMs === void 0 || firstRetryIntervalMs <= 0 || maxNumberOfAttempts === void 0) {
    throw new Error("The retry options need a firstRetryIntervalInMilliseconds above 0 and a maxNumberOfAttempts.");
  }
  const backoffCoefficient = number("backoffCoefficient");
  const retryTimeoutMs = number("retryTimeoutInMilliseconds");
  return {
    firstRetryIntervalMs,
    maxNumberOfAttempts,
    ...backoffCoefficient === void 0 ? {} : { backoffCoefficient },
    maxRetryIntervalMs: number("maxRetryIntervalInMilliseconds") ?? 6 * 24 * 60 * 60 * 1e3,
    ...retryTimeoutMs === void 0 ? {} : { retryTimeoutMs }
  };
}
function readActionList(value, isV1) {
  if (!Array.isArray(value) || !value.every(isActionEntry))
    throw new Error("The durable-functions package answered without a list of actions.");
  if (isV1) return value;
  if (value.length !== 1 || !Array.isArray(value[0])) {
    throw new Error(`The durable-functions package answered with ${value.length} lists of actions instead of one.`);
  }
  return value[0];
}

// src/core/non-determinism.ts
var rowTypeOf = {
  ScheduleTask: "TaskScheduled",
  CreateTimer: "TimerCreated",
  CreateSubOrchestration: "SubOrchestrationInstanceCreated",
  SendEvent: "EventSent"
};
function isScheduledRow(event) {
  switch (event.EventType) {
    case "TaskScheduled":
    case "TimerCreated":
    case "SubOrchestrationInstanceCreated":
    case "EventSent":
      return true;
    default:
      return false;
  }
}
function agrees(row, decision) {
  if (row.EventType !== rowTypeOf[decision.type]) return false;
  if (row.EventType === "TimerCreated" || decision.type === "CreateTimer") return true;
  return row.Name === decision.name || row.Name.toLowerCase() === decision.name.toLowerCase();
}
function nonDeterminismMessage(row, found) {
  const before = `an earlier run of this orchestration scheduled ${rowText(row)} with sequence number ${row.EventId}`;
  const now = found === null ? "this run has not scheduled anything with that number" : `this run schedules ${decisionText(found)} there`;
  return nonDeterministic(`${before}, but ${now}.`);
}
function nonDeterministic(difference2) {
  return `Non-Deterministic workflow detected: ${difference2} Was the code changed after the instance started, or does it depend on the time, random numbers or anything else outside the orchestration?`;
}
function rowText(row) {
  switch (row.EventType) {
    case "TaskScheduled":
      return `the activity '${row.Name}'`;
    case "SubOrchestrationInstanceCreated":
      return `the sub-orchestration '${row.Name}' (instance '${row.InstanceId}')`;
    case "EventSent":
      return `the event '${row.Name}' to '${row.InstanceId}'`;
    case "TimerCreated":
      return `a timer for ${row.FireAt}`;
  }
}
function decisionText(decision) {
  switch (decision.type) {
    case "ScheduleTask":
      return `the activity '${decision.name}'`;
    case "CreateSubOrchestration":
      return `the sub-orchestration '${decision.name}'`;
    case "SendEvent":
      return `the event '${decision.name}' to '${decision.instanceId}'`;
    case "CreateTimer":
      return `a timer for ${decision.fireAt}`;
  }
}

// src/core/host-replay.ts
var HostReplay = class {
  constructor(options) {
    this.options = options;
    this.maximumShortTimerMs = options.maximumShortTimerMs;
    this.longTimerIntervalMs = options.longTimerIntervalMs;
    this.spellings = options.spellings === void 0 ? null : new Map(options.spellings);
    this.actions = new HostActions(options, this, (input) => this.nextGeneration ??= { input, carryover: [] });
  }
  options;
  nowMs = Number.NEGATIVE_INFINITY;
  maximumShortTimerMs;
  longTimerIntervalMs;
  next = 0;
  highestRowId = -1;
  isStarted = false;
  isStalled = false;
  open = /* @__PURE__ */ new Map();
  /** Made when needed, like the next three: most orchestrations never do. */
  answers = null;
  pending = /* @__PURE__ */ new Map();
  waiters = null;
  buffered = null;
  spellings;
  misspelt = false;
  actions;
  current = null;
  nextAction = 0;
  waits = 0;
  seenActions = 0;
  nextGeneration = null;
  terminated = null;
  failure = null;
  /** One event that takes effect (see `SuspensionGate`), then whatever actions can start now. */
  apply(event, actions) {
    if (this.failure?.atOnce === true) return;
    this.applyEvent(event);
    if (resumesCode(event)) this.isStalled = false;
    this.advance(actions);
  }
  /** One event of a generation whose code cannot run any more: only ids in use and a terminate count. */
  applyUnseen(event) {
    if (isScheduledRow(event)) this.highestRowId = Math.max(this.highestRowId, event.EventId);
    else if (event.EventType === "ExecutionTerminated") this.applyEvent(event);
    this.next = this.highestRowId + 1;
  }
  /** How the waiting code spells an event's name: the SDK compares exactly, the host ignores case. Unknown: as it was sent. */
  spellingOf(eventName) {
    const key = eventName.toLowerCase();
    return this.waiterOf(key)?.eventName ?? this.spellings?.get(key) ?? eventName;
  }
  /**
   * Set when an event was handed to the SDK under its sender's spelling and the code then waited for it under another: the SDK does not find
   * it. Replaying with these spellings from the start puts that right. Null otherwise.
   */
  get spellingsToReplayWith() {
    return this.misspelt ? this.spellings : null;
  }
  /** True while an id that was given out has no row yet. */
  get hasUnconfirmed() {
    return this.pending.size > 0;
  }
  /** The episode is over: new work, and the completion when the time has come. */
  settle(progress, isSuspended) {
    if (progress.type === "crashed") {
      this.next = Math.max(this.next, this.highestRowId + 1);
      this.failure ??= { ...this.orchestratorFailure(progress.message), details: progress.details, atOnce: true };
    }
    const end = this.completion(progress);
    if (isSuspended)
      return { decisions: this.terminated === null || end === null ? [] : [end], awaitedEvents: this.awaitedEvents() };
    const decisions = [];
    for (const decision of this.pending.values()) decisions.push(this.asItIsNow(decision));
    if (end !== null) decisions.push(end);
    if (decisions.length > 1) decisions.sort((a, b) => a.id - b.id);
    return { decisions, awaitedEvents: end === null && progress.type === "waiting" ? this.awaitedEvents() : [] };
  }
  allocate(make, owner) {
    const id = this.next;
    const decision = make(id);
    this.next += 1;
    this.pending.set(id, decision);
    if (owner !== null) this.open.set(id, owner);
    return id;
  }
  takeOrAwait(node) {
    (this.spellings ??= /* @__PURE__ */ new Map()).set(node.key, node.eventName);
    const names = this.buffered?.get(node.key);
    if (names !== void 0) {
      if (names.shift() !== node.eventName) this.misspelt = true;
      if (names.length === 0) this.buffered?.delete(node.key);
      return true;
    }
    node.order = this.waits;
    this.waits += 1;
    const waiters = this.waiters ??= /* @__PURE__ */ new Map();
    const waiting = waiters.get(node.key);
    if (waiting === void 0) waiters.set(node.key, [node]);
    else waiting.push(node);
    return false;
  }
  awaitAnswer(requestId, owner) {
    (this.answers ??= /* @__PURE__ */ new Map()).set(requestId, owner);
  }
  fail(message, failure) {
    const failureDetails2 = failure?.failureDetails;
    this.failure ??= { ...this.orchestratorFailure(message), ...failureDetails2 ? { failureDetails: failureDetails2 } : {} };
  }
  applyEvent(event) {
    switch (event.EventType) {
      case "OrchestratorStarted":
        this.nowMs = Math.max(this.nowMs, fromTimestamp(event.Timestamp));
        this.options.pastRows?.nextEpisode();
        break;
      case "ExecutionStarted":
        this.isStarted = true;
        break;
      case "TaskCompleted":
      case "SubOrchestrationInstanceCompleted":
        this.takeOpen(event.TaskScheduledId)?.succeeded(event.Result);
        break;
      case "TaskFailed":
      case "SubOrchestrationInstanceFailed": {
        const { Reason: reason, Details: details, FailureDetails: failureDetails2 } = event;
        this.takeOpen(event.TaskScheduledId)?.failed({ reason, details, failureDetails: failureDetails2 ?? null });
        break;
      }
      case "TimerFired":
        this.takeOpen(event.TimerId)?.succeeded(null);
        break;
      case "EventRaised":
        this.raise(event);
        break;
      case "ExecutionTerminated":
        if (this.terminated === null) {
          this.terminated = { id: this.next, reason: event.Input };
          this.next += 1;
        }
        break;
      default:
        if (isScheduledRow(event)) this.confirm(event);
    }
  }
  takeOpen(id) {
    const task = this.open.get(id);
    this.open.delete(id);
    return task;
  }
  raise(event) {
    const answered = this.answers?.get(event.Name);
    if (answered !== void 0) {
      this.answers?.delete(event.Name);
      answered.succeeded(event.Input);
      return;
    }
    if (this.nextGeneration !== null) {
      this.nextGeneration.carryover.push(event);
      return;
    }
    const key = event.Name.toLowerCase();
    const waiter = this.waiterOf(key);
    if (waiter === void 0) {
      const buffered = this.buffered ??= /* @__PURE__ */ new Map();
      const names = buffered.get(key);
      const name = this.spellingOf(event.Name);
      if (names === void 0) buffered.set(key, [name]);
      else names.push(name);
      return;
    }
    const waiting = this.waiters?.get(key) ?? [];
    if (this.options.isV1) waiting.shift();
    else waiting.pop();
    if (waiting.length === 0) this.waiters?.delete(key);
    waiter.received();
  }
  waiterOf(key) {
    return this.waiters?.get(key)?.at(this.options.isV1 ? 0 : -1);
  }
  confirm(row) {
    this.highestRowId = Math.max(this.highestRowId, row.EventId);
    const decision = this.pending.get(row.EventId);
    this.pending.delete(row.EventId);
    if (decision === void 0 || !agrees(row, decision)) this.disagree(nonDeterminismMessage(row, decision ?? null));
  }
  /** Another replay of the same history went another way: the orchestration fails, whatever is still open. */
  disagree(reason) {
    this.failure ??= { reason, details: "", atOnce: true };
  }
  advance(actions) {
    if (!this.isStarted) return;
    this.seenActions = actions.length;
    while (this.failure === null && this.nextGeneration === null && !this.isStalled && (this.current?.isDone ?? true)) {
      const entry = actions[this.nextAction];
      if (entry === void 0) return;
      const wanted = this.actions.firstScheduling(entry);
      if (wanted !== null && !this.mayStart(wanted)) return;
      this.nextAction += 1;
      this.startEntry(entry);
    }
  }
  mayStart(action) {
    const { pastRows } = this.options;
    const firesAt = (timer) => this.actions.firstFireAtMs(timer);
    return pastRows === null || pastRows.mayStart(this.next, action, this.actions.hasSequels, firesAt);
  }
  startEntry(entry) {
    try {
      this.current = Array.isArray(entry) ? new StepNode(entry.map((action) => this.actions.node(action))) : this.actions.node(entry);
      this.current.begin(this);
      this.isStalled = this.options.buffersStall && this.current.isDone && !this.current.isInstant;
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }
  /** A timer may have been cancelled after it was created, in the same turn. */
  asItIsNow(decision) {
    const isCanceled = decision.type === "CreateTimer" && this.open.get(decision.id)?.blocksCompletion() === false;
    return isCanceled ? { ...decision, isCanceled } : decision;
  }
  awaitedEvents() {
    if (this.waiters === null || this.waiters.size === 0) return [];
    const waiting = [...this.waiters.values()].flat();
    return waiting.sort((a, b) => a.order - b.order).map((node) => node.eventName);
  }
  completion(progress) {
    if (this.failure?.atOnce === true) return this.failed(this.failure);
    if (this.terminated !== null) {
      return { type: "CompleteOrchestration", id: this.terminated.id, status: "Terminated", result: this.terminated.reason };
    }
    if (this.failure === null && progress.type === "waiting" || this.hasOpenTasks()) return null;
    if (this.failure !== null) return this.failed(this.failure);
    if (progress.type === "waiting" || progress.type === "crashed" || !this.isWalked()) return null;
    if (progress.type === "failed") {
      const { message, details, failureDetails: failureDetails2 } = progress;
      return this.failed({ ...this.orchestratorFailure(message), details, ...failureDetails2 ? { failureDetails: failureDetails2 } : {} });
    }
    if (this.nextGeneration === null) {
      return { type: "CompleteOrchestration", id: this.next, status: "Completed", result: progress.output };
    }
    const { input, carryover } = this.nextGeneration;
    return {
      type: "CompleteOrchestration",
      id: this.next,
      status: "ContinuedAsNew",
      result: input,
      ...carryover.length > 0 ? { carryoverEvents: carryover } : {}
    };
  }
  failed({ reason, details, failureDetails: failureDetails2 }) {
    const end = { type: "CompleteOrchestration", id: this.next, status: "Failed", result: reason, details };
    return failureDetails2 === void 0 ? end : { ...end, failureDetails: failureDetails2 };
  }
  orchestratorFailure(message) {
    return {
      reason: `Orchestrator function '${this.options.name}' failed: ${message}`,
      details: `Message: ${message}`,
      atOnce: false
    };
  }
  /** Everything that the code issued has been started and is over as far as the host waits for it. */
  isWalked() {
    return this.nextGeneration !== null || (this.current?.isDone ?? true) && this.nextAction >= this.seenActions;
  }
  hasOpenTasks() {
    for (const task of this.open.values()) if (task.blocksCompletion()) return true;
    return false;
  }
};
function resumesCode(event) {
  return "TaskScheduledId" in event || event.EventType === "TimerFired" || event.EventType === "EventRaised";
}

// src/core/past-rows.ts
var PastRows = class {
  rows = /* @__PURE__ */ new Map();
  /** By episode: was the instance suspended when it ended. */
  endedSuspended = [];
  current = -1;
  constructor(events) {
    let isSuspended = false;
    for (const event of events) {
      if (event.EventType === "OrchestratorStarted") this.endedSuspended.push(isSuspended);
      else if (event.EventType === "ExecutionSuspended") isSuspended = true;
      else if (event.EventType === "ExecutionResumed") isSuspended = false;
      else if (isScheduledRow(event)) this.rows.set(event.EventId, { row: event, episode: this.endedSuspended.length - 1 });
      if (this.endedSuspended.length > 0) this.endedSuspended[this.endedSuspended.length - 1] = isSuspended;
    }
  }
  nextEpisode() {
    this.current += 1;
  }
  /**
   * Whether the code had issued `action` in the episode that is being replayed, given that it would take `id`. `hasSequels`: ids may
   * also be taken by retries and the like, so that a row of another kind, name or time is theirs rather than a contradiction.
   */
  mayStart(id, action, hasSequels, timerFiresAt) {
    const last = this.endedSuspended.length - 1;
    if (this.current >= last) return true;
    let commits = this.current;
    while (this.endedSuspended[commits] === true) commits += 1;
    if (commits >= last) return true;
    const found = this.rows.get(id);
    if (found?.episode !== commits) return false;
    return !hasSequels || looksLike(found.row, action, timerFiresAt);
  }
};
function looksLike(row, action, timerFiresAt) {
  const name = textField(action, "functionName")?.toLowerCase();
  switch (row.EventType) {
    case "TaskScheduled":
      return action.actionType === actionTypes.CallHttp || row.Name.toLowerCase() === name;
    case "SubOrchestrationInstanceCreated":
      return row.Name.toLowerCase() === name;
    case "TimerCreated":
      return action.actionType === actionTypes.CreateTimer && timerFiresAt(action) === fromTimestamp(row.FireAt);
    case "EventSent":
      return action.actionType === actionTypes.CallEntity || action.actionType === actionTypes.SignalEntity || action.actionType === actionTypes.LockEntities;
  }
}

// src/core/suspension-gate.ts
var SuspensionGate = class {
  held = [];
  suspended = false;
  /** One resume undoes any number of suspends. */
  get isSuspended() {
    return this.suspended;
  }
  /** True when the event simply takes effect now: nothing to hold back and nothing held. */
  isOpenFor(event) {
    return !this.suspended && event.EventType !== "ExecutionSuspended" && event.EventType !== "ExecutionResumed";
  }
  /** Hands every event on that takes effect now, in order. */
  pass(event, effect) {
    switch (event.EventType) {
      case "ExecutionSuspended":
        this.suspended = true;
        effect(event);
        return;
      case "ExecutionResumed": {
        this.suspended = false;
        const held = this.held;
        this.held = [];
        effect(event);
        held.forEach(effect);
        return;
      }
      case "ExecutionStarted":
      case "TaskCompleted":
      case "TaskFailed":
      case "SubOrchestrationInstanceCompleted":
      case "SubOrchestrationInstanceFailed":
      case "TimerFired":
      case "EventRaised":
        if (this.suspended) this.held.push(event);
        else effect(event);
        return;
      default:
        effect(event);
    }
  }
};

// src/core/history.ts
var eventTypeNumbers = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
  ExecutionRewound: 21
};

// src/workers/node/child/orchestrations/sdk-events.ts
function sdkEvent(event, isPlayed, eventName) {
  const copy = {
    ...event,
    EventType: eventTypeNumbers[event.EventType],
    IsPlayed: isPlayed
  };
  switch (event.EventType) {
    case "TaskCompleted":
    case "SubOrchestrationInstanceCompleted":
      copy["Result"] ??= null;
      break;
    case "TaskFailed":
    case "SubOrchestrationInstanceFailed":
      copy["Reason"] ??= "";
      copy["Details"] ??= "";
      break;
    case "EventRaised":
      if (eventName !== void 0) copy["Name"] = eventName;
      break;
    default:
      break;
  }
  return copy;
}
function liveSdkEvent(event, isPlayed, eventName) {
  const IsPlayed = isPlayed;
  switch (event.EventType) {
    case "OrchestratorStarted":
      return { EventType: 12, IsPlayed, Timestamp: new Date(event.Timestamp) };
    case "TaskCompleted":
      return { EventType: 5, IsPlayed, TaskScheduledId: event.TaskScheduledId, Result: text(event.Result) };
    case "SubOrchestrationInstanceCompleted":
      return { EventType: 8, IsPlayed, TaskScheduledId: event.TaskScheduledId, Result: text(event.Result) };
    case "TaskFailed":
    case "SubOrchestrationInstanceFailed":
      return {
        EventType: eventTypeNumbers[event.EventType],
        IsPlayed,
        TaskScheduledId: event.TaskScheduledId,
        Reason: text(event.Reason) ?? "",
        Details: text(event.Details) ?? "",
        FailureDetails: event.FailureDetails ? withDates(structuredClone(event.FailureDetails)) : null
      };
    case "TimerFired":
      return { EventType: 11, IsPlayed, TimerId: event.TimerId };
    case "EventRaised":
      return { EventType: 15, IsPlayed, Name: eventName ?? event.Name, Input: event.Input };
    case "EventSent":
      return { EventType: 14, IsPlayed, EventId: event.EventId, Input: event.Input };
    case "ExecutionStarted":
      return { EventType: 0, IsPlayed };
    default:
      return null;
  }
}
function withDates(value) {
  if (typeof value !== "object" || value === null) return value;
  const fields = value;
  if (Object.hasOwn(fields, "Timestamp") && typeof fields["Timestamp"] === "string")
    fields["Timestamp"] = new Date(fields["Timestamp"]);
  Object.values(fields).forEach(withDates);
  return value;
}
function text(value) {
  return value ?? null;
}

// src/workers/node/child/orchestrations/trigger-input.ts
var timerLimits = {
  longRunningTimerInterval: "3.00:00:00",
  longRunningTimerIntervalMs: 3 * 24 * 60 * 60 * 1e3,
  maximumShortTimer: "6.00:00:00",
  maximumShortTimerMs: 6 * 24 * 60 * 60 * 1e3
};
var defaultHttpSleepMs = 3e4;
function triggerJson(trigger) {
  const { started, events, newFrom, spelled } = trigger;
  const history = events.map((event, index) => sdkEvent(event, index < newFrom, spelled?.get(event)));
  const rest = JSON.stringify({
    instanceId: trigger.instanceId,
    isReplaying: trigger.isReplaying,
    parentInstanceId: started.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: timerLimits.longRunningTimerInterval,
    maximumShortTimerDuration: timerLimits.maximumShortTimer,
    defaultHttpAsyncRequestSleepTimeMillseconds: defaultHttpSleepMs
  });
  return `{"history":${JSON.stringify(history)},"input":${inputJson(started)},${rest.slice(1)}`;
}
function parsedInput(started) {
  return JSON.parse(inputJson(started));
}
function inputJson(started) {
  const text2 = started.Input;
  if (text2 === null || text2 === "") return "null";
  try {
    JSON.parse(text2);
    return text2;
  } catch {
    return JSON.stringify(text2);
  }
}

// src/workers/node/child/orchestrations/cold-episode.ts
function maximumShortTimerMs(schemaVersion) {
  return schemaVersion >= 2 ? timerLimits.maximumShortTimerMs : Number.POSITIVE_INFINITY;
}
function effectiveHistory(events, newFrom) {
  const gate = new SuspensionGate();
  const effective = [];
  let effectiveNewFrom = -1;
  for (const [index, event] of events.entries()) {
    if (index === newFrom) effectiveNewFrom = effective.length;
    gate.pass(event, (passed) => effective.push(passed));
  }
  return { events: effective, newFrom: effectiveNewFrom, isSuspended: gate.isSuspended };
}
async function runColdEpisode(stored, newFrom, started, setting, invoke) {
  const history = effectiveHistory(stored, newFrom);
  const spelled = /* @__PURE__ */ new Map();
  const trigger = () => triggerJson({
    instanceId: setting.instanceId,
    started,
    events: history.events,
    newFrom: history.newFrom,
    isReplaying: newFrom > 0,
    spelled
  });
  let reply = await invoke(trigger());
  while (respell(history.events, awaitedNames(reply.actions.flat()), spelled)) reply = await invoke(trigger());
  const host = new HostReplay({
    ...setting,
    isV1: reply.isV1,
    maximumShortTimerMs: maximumShortTimerMs(reply.schemaVersion),
    racesCountFinished: reply.schemaVersion < 3,
    buffersStall: !reply.isV1 && reply.schemaVersion < 3,
    pastRows: new PastRows(stored)
  });
  const { actions, progress } = reply;
  for (const event of history.events) {
    if (progress.type === "crashed") host.applyUnseen(event);
    else host.apply(event, actions);
  }
  return { reply, host, isSuspended: history.isSuspended };
}
function respell(events, awaited, spelled) {
  if (awaited.size === 0) return false;
  const byKey = new Map([...awaited].map((name) => [name.toLowerCase(), name]));
  let changed = false;
  for (const event of events) {
    if (event.EventType !== "EventRaised" || spelled.has(event) || awaited.has(event.Name)) continue;
    const name = byKey.get(event.Name.toLowerCase());
    if (name === void 0) continue;
    spelled.set(event, name);
    changed = true;
  }
  return changed;
}
function awaitedNames(actions, names = /* @__PURE__ */ new Set()) {
  for (const action of actions) {
    if (action.actionType === actionTypes.WaitForExternalEvent) names.add(textField(action, "externalEventName") ?? "");
    awaitedNames(childActions(action), names);
  }
  return names;
}

// src/workers/node/child/orchestrations/sdk-reply.ts
var failureMarker = "\n\n$OutOfProcData$:";
var namelessFailure = "the orchestrator threw something that is not an Error with a message.";
function readReply(value) {
  try {
    const state = typeof value === "string" ? JSON.parse(value) : value;
    if (typeof state !== "object" || state === null) throw new Error("The orchestrator function answered without a state.");
    return readState(state, "");
  } catch (error) {
    return crashedReply(error);
  }
}
function readFailure(error) {
  const message = error instanceof Error ? error.message : String(error);
  const at = message.indexOf(failureMarker);
  if (at < 0) return crashedReply(error);
  try {
    const state = JSON.parse(message.slice(at + failureMarker.length));
    const stack = error instanceof Error && typeof error.stack === "string" && !error.stack.includes(failureMarker) ? error.stack : "";
    const { error: text2 = null } = state;
    return readState({ ...state, error: text2 === null || text2 === "" ? namelessFailure : text2 }, stack);
  } catch (parseError) {
    return crashedReply(parseError);
  }
}
function crashedReply(error) {
  return { actions: [], isV1: false, schemaVersion: 0, progress: crash(error), customStatus: null };
}
function crash(error) {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return { type: "crashed", message, details: failureText(message, stack) };
}
function failureText(message, stack) {
  return `Message: ${message}, StackTrace: ${stack}`;
}
function readState(state, stack) {
  const schemaVersion = typeof state["schemaVersion"] === "number" ? state["schemaVersion"] : 0;
  const isV1 = schemaVersion === 0;
  return {
    actions: readActionList(state["actions"], isV1),
    isV1,
    schemaVersion,
    progress: readProgress(state, stack),
    customStatus: payloadText(state["customStatus"])
  };
}
function readProgress(state, stack) {
  const error = state["error"];
  if (error !== void 0 && error !== null) {
    const message = typeof error === "string" ? error : JSON.stringify(error);
    const failureDetails2 = state["failureDetails"];
    return {
      type: "failed",
      message,
      details: failureText(message, stack),
      ...typeof failureDetails2 === "object" && failureDetails2 !== null ? { failureDetails: failureDetails2 } : {}
    };
  }
  return state["isDone"] === true ? { type: "returned", output: payloadText(state["output"]) } : { type: "waiting" };
}

// src/workers/node/child/orchestrations/warm-orchestration.ts
var WarmOrchestration = class {
  constructor(executionId, started, run, host, hooks) {
    this.executionId = executionId;
    this.started = started;
    this.run = run;
    this.host = host;
    this.hooks = hooks;
    run.executor.schemaVersion = run.schemaVersion;
    run.executor.context = run.context.df;
    try {
      run.executor.generator = run.orchestrator(run.context);
    } catch (error) {
      this.crashed = crash(error);
    }
  }
  executionId;
  started;
  run;
  host;
  hooks;
  /** Events of the generation that were fed, as stored. */
  length = 0;
  episodes = 0;
  /** Events in the order in which they took effect; those from `newFrom` on did so in the last episode. */
  events = [];
  newFrom = 0;
  /** The code has come to its end in an earlier episode; only open tasks are waited for. */
  hasEnded = false;
  /** Names given to external events because the code spells them so. */
  spelled = null;
  gate = new SuspensionGate();
  crashed = null;
  isFresh = true;
  fresh = [];
  get isSuspended() {
    return this.gate.isSuspended;
  }
  /** Rows stored since the last episode, those before `end`: nothing in them is new to the code. */
  feedPast(events, end) {
    if (end > 0) this.feed(events, 0, end, false);
  }
  /** The events of one episode: those from `start` on. */
  feedNew(events, start) {
    this.newFrom = this.events.length;
    this.episodes += 1;
    this.feed(events, start, events.length, true);
  }
  progress() {
    return this.crashed ?? executorProgress(this.run.executor);
  }
  /** JSON text; throws when the value has none. */
  customStatus() {
    return statusText(this.run);
  }
  feed(events, start, end, isFresh) {
    this.isFresh = isFresh;
    this.length += end - start;
    this.hooks.playing(() => {
      for (let index = start; index < end; index++) {
        const event = events[index];
        if (event === void 0) continue;
        if (this.gate.isOpenFor(event)) this.deliver(event);
        else this.gate.pass(event, (passed) => this.deliver(passed));
      }
    });
    for (const event of this.fresh) event.IsPlayed = true;
    this.fresh.length = 0;
  }
  deliver(event) {
    this.events.push(event);
    const { executor } = this.run;
    if (this.crashed === null && !executor.isDoneExecuting()) {
      const live = this.live(event);
      if (live !== null) {
        if ("_isReplaying" in executor) executor._isReplaying = !this.isFresh;
        try {
          executor.processEvent(live);
        } catch (error) {
          this.crashed = crash(error);
        }
      }
    }
    this.host.apply(event, executor.actions);
  }
  live(event) {
    let name;
    if (event.EventType === "EventRaised") {
      name = this.host.spellingOf(event.Name);
      if (name !== event.Name) (this.spelled ??= /* @__PURE__ */ new Map()).set(event, name);
    }
    const live = liveSdkEvent(event, !this.isFresh, name);
    if (this.isFresh && live !== null) this.fresh.push(live);
    return live;
  }
};
function executorProgress(executor) {
  const { exception } = executor;
  if (exception !== void 0) {
    const message = thrownText(exception);
    const stack = exception instanceof Error ? exception.stack ?? "" : "";
    const details = failureText(message, stack);
    const failureDetails2 = failureDetailsOf(exception);
    return failureDetails2 === null ? { type: "failed", message, details } : { type: "failed", message, details, failureDetails: failureDetails2 };
  }
  if (!executor.isDoneExecuting()) return { type: "waiting" };
  try {
    return { type: "returned", output: payloadText(executor.output) };
  } catch (error) {
    return crash(error);
  }
}
function statusText({ context, dropsFalsyStatus }) {
  const status = context.df.customStatus;
  const isNone = dropsFalsyStatus ? !status : status === null || status === void 0;
  return isNone ? null : payloadText(status);
}
function thrownText(thrown) {
  const message = typeof thrown === "object" && thrown !== null ? thrown.message : void 0;
  if (typeof message === "string" && message !== "") return message;
  return thrown instanceof Error ? thrown.name : namelessFailure;
}
function failureDetailsOf(thrown) {
  if (!(thrown instanceof Error) || thrown.name !== "TaskFailedError") return null;
  const details = thrown.failureDetails;
  return typeof details === "object" && details !== null ? failureDetails(details) : null;
}
function failureDetails(details) {
  return {
    ErrorType: details.errorType,
    ErrorMessage: details.errorMessage,
    IsNonRetriable: details.isNonRetriable,
    ...details.stackTrace === void 0 ? {} : { StackTrace: details.stackTrace },
    ...details.properties === void 0 ? {} : { Properties: details.properties },
    ...details.innerFailure === void 0 ? {} : { InnerFailure: failureDetails(details.innerFailure) }
  };
}

// src/workers/node/child/orchestrations/determinism-check.ts
function replayDifference(warm) {
  return difference(warm, replay(warm));
}
function replyDifference(warm, reply) {
  return difference(warm, reply);
}
function difference(warm, again) {
  return actionsDifference(warm.run.executor.actions, again.actions) ?? progressDifference(warm.progress(), again.progress);
}
function replay(warm) {
  const { executor: first, context, schemaVersion, orchestrator } = warm.run;
  const executor = new first.constructor();
  const shadow = shadowOf(context);
  shadow.df = newContext(warm, executor);
  try {
    executor.schemaVersion = schemaVersion;
    executor.context = shadow.df;
    executor.generator = orchestrator(shadow);
    warm.events.some((event, index) => {
      const isPlayed = index < warm.newFrom;
      if ("_isReplaying" in executor) executor._isReplaying = isPlayed;
      const live = liveSdkEvent(event, isPlayed, warm.spelled?.get(event));
      if (live === null) return false;
      executor.processEvent(live);
      return executor.isDoneExecuting();
    });
  } catch (error) {
    return { actions: executor.actions, progress: crash(error) };
  }
  return { actions: executor.actions, progress: executorProgress(executor) };
}
function newContext({ run, started, events }, executor) {
  const { df } = run.context;
  const first = events[0];
  return new df.constructor(
    // The SDK reads the version off ExecutionStarted and nothing else.
    [sdkEvent(started, true)],
    df.instanceId,
    new Date(first?.Timestamp ?? started.Timestamp),
    events.length > 2,
    df.parentInstanceId,
    df.longRunningTimerIntervalDuration,
    df.maximumShortTimerDuration,
    df.defaultHttpAsyncRequestSleepTimeMillseconds,
    run.schemaVersion,
    withDates(parsedInput(started)),
    executor
  );
}
var silent = () => void 0;
var silentLog = Object.assign(() => void 0, { error: silent, warn: silent, info: silent, verbose: silent });
function shadowOf(context) {
  return Object.assign(Object.create(context), {
    log: silentLog,
    trace: silent,
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    done: silent
  });
}
function actionsDifference(first, again) {
  const length = Math.max(first.length, again.length);
  let ofValues = null;
  for (let index = 0; index < length; index++) {
    const one = first[index];
    const other = again[index];
    if (one === void 0 || other === void 0 || !sameWork(one, other)) {
      const text2 = `its first run ${workText(one)} as number ${index + 1} of its actions, but a replay of the same history ${workText(other)}.`;
      return { text: text2, breaksReplay: true };
    }
    ofValues ??= valuesDifference(one, other);
  }
  return ofValues;
}
function sameWork(one, other) {
  if (one.actionType !== other.actionType) return false;
  if (actionName(one)?.toLowerCase() !== actionName(other)?.toLowerCase()) return false;
  const children = childActions(one);
  const others = childActions(other);
  return children.length === others.length && children.every((child, index) => sameWork(child, others[index] ?? child));
}
function valuesDifference(one, other) {
  for (const field of ["input", "fireAt", "instanceId", "operation"]) {
    if (!sameValue(one[field], other[field])) {
      return {
        text: `a replay of the same history ${workText(other)} with another ${field} than the first run did.`,
        breaksReplay: false
      };
    }
  }
  for (const [index, child] of childActions(one).entries()) {
    const difference2 = valuesDifference(child, childActions(other)[index] ?? child);
    if (difference2 !== null) return difference2;
  }
  return null;
}
function sameValue(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  try {
    return JSON.stringify(one) === JSON.stringify(other);
  } catch {
    return true;
  }
}
function progressDifference(first, again) {
  if (first.type !== again.type) {
    return { text: `its first run ${endText(first)}, but a replay of the same history ${endText(again)}.`, breaksReplay: true };
  }
  if (first.type === "returned" && again.type === "returned" && first.output !== again.output) {
    return { text: "a replay of the same history returns another output than the first run did.", breaksReplay: false };
  }
  return null;
}
function endText(progress) {
  switch (progress.type) {
    case "waiting":
      return "is still waiting";
    case "returned":
      return "has ended";
    case "failed":
    case "crashed":
      return `has failed (${progress.message})`;
  }
}
var workNames = {
  [actionTypes.CallActivity]: "called the activity",
  [actionTypes.CallActivityWithRetry]: "called the activity",
  [actionTypes.CallSubOrchestrator]: "called the sub-orchestration",
  [actionTypes.CallSubOrchestratorWithRetry]: "called the sub-orchestration",
  [actionTypes.ContinueAsNew]: "continued as new",
  [actionTypes.CreateTimer]: "created a timer",
  [actionTypes.WaitForExternalEvent]: "waited for the event",
  [actionTypes.CallEntity]: "called an entity",
  [actionTypes.CallHttp]: "made an HTTP call",
  [actionTypes.SignalEntity]: "signalled an entity",
  [actionTypes.WhenAny]: "waited for any of",
  [actionTypes.WhenAll]: "waited for all of",
  [actionTypes.LockEntities]: "locked entities",
  [actionTypes.ReleaseEntities]: "released entities"
};
function workText(action) {
  if (action === void 0) return "did nothing more";
  const children = childActions(action);
  const verb = workNames[action.actionType] ?? "did something";
  if (children.length > 0) return `${verb} ${children.length} tasks (the first: ${workText(children[0])})`;
  const name = actionName(action);
  return name === null ? verb : `${verb} '${name}'`;
}

// src/workers/node/child/orchestrations/sdk-hooks.ts
var SdkHooks = class {
  expected = /* @__PURE__ */ new Map();
  patched = /* @__PURE__ */ new Map();
  completed = [];
  isPlaying = false;
  /** Opens every copy of the SDK among the loaded modules (`require.cache`) that is not open yet. Returns how many are open. */
  attach(modules) {
    for (const [file, module2] of Object.entries(modules)) {
      if (!/taskorchestrationexecutor\.js$/i.test(file)) continue;
      const executorClass = module2?.exports?.TaskOrchestrationExecutor;
      if (typeof executorClass === "function" && !this.patched.has(executorClass))
        this.open(executorClass);
    }
    return this.patched.size;
  }
  /** Gives every copy back as it was. */
  detach() {
    for (const undo of this.patched.values()) undo.restore();
    this.patched.clear();
    this.expected.clear();
  }
  get isAttached() {
    return this.patched.size > 0;
  }
  /** The next execution for the instance is handed to `begin`; the invocation itself is over then, without a state. */
  expect(instanceId, begin) {
    this.expected.set(instanceId, begin);
  }
  cancel(instanceId) {
    this.expected.delete(instanceId);
  }
  /** Runs `feed`; afterwards every task that got its value in it counts as played, as it would when the history is replayed. */
  playing(feed) {
    const { completed } = this;
    this.isPlaying = true;
    try {
      feed();
    } finally {
      this.isPlaying = false;
      for (const task of completed) {
        task.isPlayed = true;
        const { parent } = task;
        if (parent?.hasResult === false && isSequence(parent)) parent.isPlayed = true;
      }
      completed.length = 0;
    }
  }
  open(executorClass) {
    const shape = shapeOf(executorClass);
    if (shape === null) return;
    const { prototype, taskPrototype, dropsFalsyStatus } = shape;
    const { execute } = prototype;
    const { setValue } = taskPrototype;
    const { expected } = this;
    const note = (task) => {
      if (this.isPlaying) this.completed.push(task);
    };
    prototype.execute = function(context, history, schemaVersion, orchestrator) {
      const begin = expected.get(context.df.instanceId);
      if (begin === void 0) return execute.call(this, context, history, schemaVersion, orchestrator);
      expected.delete(context.df.instanceId);
      begin({ executor: this, context, schemaVersion, orchestrator, dropsFalsyStatus });
      endInvocation(context);
      return Promise.resolve(void 0);
    };
    taskPrototype.setValue = function(isError, value, executor) {
      note(this);
      setValue.call(this, isError, value, executor);
    };
    this.patched.set(executorClass, {
      restore() {
        prototype.execute = execute;
        taskPrototype.setValue = setValue;
      }
    });
  }
};
function isSequence(task) {
  return "isWaitingOnTimer" in task || "maximumTimerDuration" in task || "defaultHttpAsyncRequestSleepDuration" in task;
}
function endInvocation(context) {
  if (typeof context.done !== "function") return;
  context.suppressAsyncDoneError = true;
  context.done(void 0, void 0);
}
var methods = [
  "processEvent",
  "isDoneExecuting",
  "hasCompletedSuccessfully",
  "setTaskValue",
  "tryResumingUserCode",
  "trackOpenTask",
  "addToActions"
];
var resultEvents = "5,6,8,9,11,15";
function shapeOf(executorClass) {
  const prototype = executorClass.prototype;
  if (!methods.every((name) => typeof prototype[name] === "function")) return null;
  if (typeof prototype["execute"] !== "function" || prototype["execute"].length !== 4) return null;
  let fresh;
  try {
    fresh = new executorClass();
  } catch {
    return null;
  }
  const taskPrototype = taskBaseOf(fresh["currentTask"]);
  const hasState = Array.isArray(fresh["actions"]) && ["openTasks", "openEvents", "deferredTasks", "eventToTaskValuePayload"].every((name) => typeof fresh[name] === "object") && ["orchestratorReturned", "willContinueAsNew"].every((name) => fresh[name] === false) && fresh["sequenceNumber"] === 0 && Object.keys(fresh["eventToTaskValuePayload"]).join() === resultEvents;
  if (taskPrototype === null || !hasState) return null;
  return {
    prototype,
    taskPrototype,
    dropsFalsyStatus: "_isReplaying" in fresh || isVersion3(prototype)
  };
}
function taskBaseOf(task) {
  let prototype = task;
  while (typeof prototype === "object" && prototype !== null) {
    if (Object.hasOwn(prototype, "setValue") && Object.hasOwn(prototype, "propagate")) return prototype;
    prototype = Object.getPrototypeOf(prototype);
  }
  return null;
}
function isVersion3(prototype) {
  return !String(prototype["execute"]).includes("context.done");
}

// src/workers/node/child/orchestrations/sdk-orchestration-runner.ts
var defaults = { maxWarm: 2e3, maxWarmEvents: 2e5 };
var SdkOrchestrationRunner = class {
  /** Runners in one process share their hooks: an SDK is opened once. */
  constructor(options, hooks = new SdkHooks()) {
    this.options = options;
    this.hooks = hooks;
  }
  options;
  hooks;
  /** Least recently used first. */
  kept = /* @__PURE__ */ new Map();
  keptEvents = 0;
  /** Functions whose invocations never came through the opened SDK. */
  coldFunctions = /* @__PURE__ */ new Set();
  spellings = /* @__PURE__ */ new Map();
  warned = /* @__PURE__ */ new Set();
  names = /* @__PURE__ */ new Map();
  /** Opens the copies of durable-functions among the loaded modules. Call it with `require.cache` when the app has been loaded. */
  attach(modules) {
    this.hooks.attach(modules);
  }
  /** Gives the SDKs back as they were and forgets everything. */
  dispose() {
    this.clear();
    this.hooks.detach();
  }
  run(slice) {
    try {
      const reply = this.episode(slice);
      return reply instanceof Promise ? reply.catch((error) => this.broken(slice, error)) : reply;
    } catch (error) {
      return this.broken(slice, error);
    }
  }
  episode(slice) {
    const { instanceId, executionId, knownLength, events } = slice;
    const newFrom = lastEpisodeStart(events);
    if (knownLength === 0) {
      this.drop(instanceId);
      return this.begin(slice, newFrom);
    }
    const kept = this.kept.get(instanceId);
    if (kept?.executionId !== executionId || kept.length !== knownLength) {
      this.drop(instanceId);
      return "needHistory";
    }
    if (!(kept instanceof WarmOrchestration)) {
      const all = kept.events.concat(events);
      return this.runCold({ ...slice, events: all }, kept.length + newFrom);
    }
    kept.feedPast(events, newFrom);
    if (kept.host.hasUnconfirmed && !kept.isSuspended) {
      this.drop(instanceId);
      return "needHistory";
    }
    kept.feedNew(events, newFrom);
    this.keep(instanceId, kept, events.length);
    return this.conclude(slice, kept);
  }
  forget(instanceId) {
    this.drop(instanceId);
    this.spellings.delete(instanceId);
  }
  clear() {
    for (const instanceId of [...this.kept.keys()]) this.drop(instanceId);
    this.coldFunctions.clear();
    this.names.clear();
    this.spellings.clear();
    this.warned.clear();
  }
  async begin(slice, newFrom) {
    const problem = this.problemWith("orchestrator", slice.name);
    if (problem !== null) return this.refused(slice, problem);
    const mayBeWarm = this.hooks.isAttached && (this.options.canStayWarm?.() ?? true) && !this.coldFunctions.has(slice.name);
    const warm = mayBeWarm ? await this.beginWarm(slice, newFrom) : null;
    return warm === null ? this.runCold(slice, newFrom) : this.conclude(slice, warm);
  }
  /** Null when the invocation ended without having come through an SDK that is open. */
  beginWarm(slice, newFrom) {
    const { instanceId, executionId, name, events } = slice;
    const started = startOf(slice);
    return new Promise((resolve) => {
      this.hooks.expect(instanceId, (run) => {
        const warm = new WarmOrchestration(executionId, started, run, this.newHost(slice, started, run), this.hooks);
        warm.feedPast(events, newFrom);
        warm.feedNew(events, newFrom);
        this.keep(instanceId, warm, warm.length);
        resolve(warm);
      });
      const trigger = triggerJson({
        instanceId,
        started,
        // Enough for the SDK to build its context from; the executor is fed here.
        events: [...events.slice(0, 1), started],
        newFrom: newFrom > 0 ? 2 : 0,
        isReplaying: newFrom > 0,
        spelled: null
      });
      const uncaught = () => {
        this.hooks.cancel(instanceId);
        resolve(null);
      };
      this.options.invoke({ functionName: name, instanceId, triggerJson: trigger }).then(() => {
        if (!this.kept.has(instanceId)) this.coldFunctions.add(name);
        uncaught();
      }, uncaught);
    });
  }
  newHost(slice, started, run) {
    const spellings = this.spellings.get(slice.instanceId);
    return new HostReplay({
      ...this.hostSetting(slice, started),
      isV1: false,
      maximumShortTimerMs: maximumShortTimerMs(run.schemaVersion),
      racesCountFinished: true,
      buffersStall: false,
      pastRows: null,
      ...spellings === void 0 ? {} : { spellings }
    });
  }
  /** After an episode of a warm orchestration. */
  conclude(slice, warm) {
    const spellings = warm.host.spellingsToReplayWith;
    if (spellings !== null) {
      this.drop(slice.instanceId);
      this.spellings.set(slice.instanceId, spellings);
      return slice.knownLength === 0 ? this.begin(slice, lastEpisodeStart(slice.events)) : "needHistory";
    }
    const progress = warm.progress();
    if (!this.isCheckDue(warm, progress)) return this.settle(slice, warm, progress);
    const difference2 = this.quietly(() => replayDifference(warm));
    if (difference2 === null) return this.settle(slice, warm, progress);
    if (difference2.breaksReplay) return this.confirm(slice, warm, progress);
    this.warn(slice.instanceId, `The orchestrator function '${slice.name}' is not deterministic: ${difference2.text}`);
    return this.settle(slice, warm, progress);
  }
  isCheckDue(warm, progress) {
    if (warm.episodes < 2 || warm.hasEnded) return false;
    if (progress.type !== "waiting") {
      warm.hasEnded = true;
      return this.options.determinismCheck?.onCompletion ?? true;
    }
    return (this.options.determinismCheck?.atEpisodes ?? isPowerOfTwo)(warm.episodes);
  }
  /** The quick check found a difference. A real invocation decides, as the host's own replay would. */
  async confirm(slice, warm, progress) {
    const { events, newFrom, spelled, started } = warm;
    const { instanceId, name } = slice;
    const reply = await this.invoke(
      name,
      instanceId,
      triggerJson({ instanceId, started, events, newFrom, isReplaying: true, spelled })
    );
    const difference2 = replyDifference(warm, reply);
    if (difference2?.breaksReplay === true) warm.host.disagree(nonDeterministic(difference2.text));
    return this.settle(slice, warm, progress);
  }
  settle(slice, warm, progress) {
    let status = null;
    let end = progress;
    try {
      status = warm.customStatus();
    } catch (error) {
      end = crash(error);
    }
    const outcome = settled(warm.host, end, status, warm.isSuspended);
    if (isOver(outcome)) this.drop(slice.instanceId);
    return outcome;
  }
  async runCold(slice, newFrom) {
    const { instanceId, executionId, name, events } = slice;
    const started = startOf(slice);
    const invoke = (trigger) => this.invoke(name, instanceId, trigger);
    const { reply, host, isSuspended } = await runColdEpisode(events, newFrom, started, this.hostSetting(slice, started), invoke);
    const outcome = settled(host, reply.progress, reply.customStatus, isSuspended);
    this.drop(instanceId);
    if (!isOver(outcome)) this.keep(instanceId, { executionId, length: events.length, events: [...events] }, events.length);
    return outcome;
  }
  invoke(functionName, instanceId, trigger) {
    return this.options.invoke({ functionName, instanceId, triggerJson: trigger }).then(readReply, readFailure);
  }
  /** Durascope's own bug or a history that is none. Shown where the user looks, and the process lives on. */
  broken(slice, error) {
    this.drop(slice.instanceId);
    return this.refused(
      slice,
      `Durascope could not replay it: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
    );
  }
  /** The function is not there: the orchestration fails before any of its code runs. */
  refused(slice, problem) {
    const host = new HostReplay({
      ...this.hostSetting(slice, null),
      isV1: false,
      maximumShortTimerMs: Number.POSITIVE_INFINITY,
      racesCountFinished: true,
      buffersStall: false,
      pastRows: null
    });
    for (const event of slice.events) host.applyUnseen(event);
    return settled(host, crash(new Error(problem)), null, false);
  }
  hostSetting(slice, started) {
    return {
      instanceId: slice.instanceId,
      executionId: slice.executionId,
      parentInstanceId: started?.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
      name: slice.name,
      longTimerIntervalMs: timerLimits.longRunningTimerIntervalMs,
      problemWith: this.problemWith,
      onReusedTask: this.onReusedTask
    };
  }
  problemWith = (kind, name) => {
    let names = this.names.get(kind);
    if (names === void 0) {
      const known = this.options.functionNames(kind);
      names = { known, lower: new Set(known.map((one) => one.toLowerCase())) };
      this.names.set(kind, names);
    }
    return names.lower.has(name.toLowerCase()) ? null : unknownFunctionText(kind, name, names.known);
  };
  onReusedTask = (instanceId, orchestrator, task) => {
    this.warn(instanceId, reusedTaskText(orchestrator, task));
  };
  warn(instanceId, message) {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.options.onWarning?.(instanceId, message);
  }
  quietly(run) {
    return this.options.quietly === void 0 ? run() : this.options.quietly(run);
  }
  /** Makes it the most recently used, `added` events longer, and lets the least recently used go while there are too many. */
  keep(instanceId, kept, added) {
    this.kept.delete(instanceId);
    this.kept.set(instanceId, kept);
    this.keptEvents += added;
    const { maxWarm = defaults.maxWarm, maxWarmEvents = defaults.maxWarmEvents } = this.options;
    if (this.kept.size <= maxWarm && this.keptEvents <= maxWarmEvents) return;
    for (const oldest of this.kept.keys()) {
      if (oldest === instanceId || this.kept.size <= maxWarm && this.keptEvents <= maxWarmEvents) return;
      this.drop(oldest);
    }
  }
  drop(instanceId) {
    const kept = this.kept.get(instanceId);
    if (kept === void 0) return;
    this.kept.delete(instanceId);
    this.keptEvents -= kept.length;
  }
};
function settled(host, progress, status, isSuspended) {
  const problem = customStatusProblem(status);
  const end = problem === null ? progress : crash(new Error(problem));
  return { ...host.settle(end, isSuspended), customStatus: problem === null ? status : null };
}
function isOver(outcome) {
  return outcome.decisions.some((decision) => decision.type === "CompleteOrchestration");
}
function lastEpisodeStart(events) {
  return Math.max(
    0,
    events.findLastIndex((event) => event.EventType === "OrchestratorStarted")
  );
}
function startOf({ instanceId, events }) {
  const started = events.find((event) => event.EventType === "ExecutionStarted");
  if (started === void 0) throw new Error(`The history of '${instanceId}' has no ExecutionStarted.`);
  return started;
}
function isPowerOfTwo(n) {
  return (n & n - 1) === 0;
}
var articles = { activity: "an activity", orchestrator: "an orchestrator", entity: "an entity" };
function unknownFunctionText(type, name, known) {
  const info = known.length === 0 ? `No ${type} functions are currently registered!` : `The following are the known ${type} functions: ${known.map((one) => `'${one}'`).join(", ")}.`;
  return `The function '${name}' doesn't exist, is disabled, or is not ${articles[type]} function. Additional info: ${info}`;
}
function reusedTaskText(name, task) {
  return `The orchestrator function '${name}' waits again, in a Task.any or Task.all, for ${task}, which it had scheduled before. Azure schedules such a task a second time (https://github.com/Azure/azure-functions-durable-js/issues/574); Durascope does not.`;
}

// test/workers/orchestrations/sdks.ts
var import_node_module = require("node:module");
var import_functions = require("@azure/functions");
var load = (0, import_node_module.createRequire)(__filename);
function sdk(version, name, register) {
  const df = load(name);
  return {
    version,
    isV1: version === "1.5.4",
    retry: (firstMs, attempts, more = {}) => Object.assign(new df.RetryOptions(firstMs, attempts), more),
    entityId: (entity, key) => new df.EntityId(entity, key),
    register: register(df)
  };
}
function model3(df) {
  return (orchestrator, log = () => void 0) => {
    if (df.orchestrator === void 0) throw new Error("not an SDK for model 3");
    const listener = df.orchestrator(orchestrator);
    return ({ triggerJson: triggerJson2 }) => new Promise((resolve, reject) => {
      const done = (error, result) => {
        if (error instanceof Error) reject(error);
        else resolve(result);
      };
      listener({ bindings: { context: JSON.parse(triggerJson2) }, done, log });
    });
  };
}
var sdk1 = sdk("1.5.4", "durable-functions-v1", model3);
var sdk2 = sdk("2.1.3", "durable-functions-v2", model3);
var sdk3 = sdk("3.5.0", "durable-functions", () => (orchestrator, log) => {
  const { createOrchestrator } = load("durable-functions/lib/src/util/testingUtils");
  const handler = createOrchestrator(orchestrator);
  return ({ functionName, triggerJson: triggerJson2 }) => {
    const context = new import_functions.InvocationContext({
      functionName,
      invocationId: "test",
      logHandler: (_level, ...args) => log?.(...args)
    });
    return handler(JSON.parse(triggerJson2), context);
  };
});
var loadedModules = load.cache;

// test/workers/orchestrations/scenario.ts
function newRunner(sdk4, orchestrators, mode = "warm", options = {}, log) {
  const functions = new Map(Object.entries(orchestrators).map(([name, fn]) => [name, sdk4.register(fn, log)]));
  const names = { activity: ["A", "B", "C", "SayHello"], orchestrator: [...functions.keys(), "Child"], entity: ["Counter"] };
  const runner = new SdkOrchestrationRunner({
    invoke: (call) => functions.get(call.functionName)?.(call) ?? Promise.reject(new Error(`no function ${call.functionName}`)),
    functionNames: (type) => names[type],
    canStayWarm: () => mode !== "cold",
    ...options
  });
  runner.attach(loadedModules);
  return runner;
}

// test/workers/orchestrations/bench-a.ts
var cities = ["Tokyo", "Seattle", "London", "Paris", "Oslo"];
async function main() {
  for (const sdk4 of [sdk3, sdk2]) for (const check of [false, true]) {
    const runner = newRunner(
      sdk4,
      { *Orchestration({ df }) {
        const out = [];
        for (const c of cities) out.push(yield df.callActivity("SayHello", c));
        return out;
      } },
      "warm",
      { maxWarm: 1e6, maxWarmEvents: 1e9, ...check ? {} : { determinismCheck: { onCompletion: false, atEpisodes: () => false } } }
    );
    let t = Date.UTC(2024, 0, 1);
    const ts = () => toTimestamp(t += 1);
    const base = (e) => ({ EventType: e, EventId: -1, IsPlayed: false, Timestamp: ts() });
    const cpu = () => {
      const c = process.cpuUsage();
      return c.user + c.system;
    };
    const n = 4e3;
    for (let round = 0; round < 3; round++) {
      const starts = Array.from({ length: n }, (_, i) => [base("OrchestratorStarted"), { ...base("ExecutionStarted"), OrchestrationInstance: { InstanceId: `i${i}`, ExecutionId: "x" }, ParentInstance: null, Name: "Orchestration", Version: "", Input: null }]);
      let c0 = cpu();
      for (let i = 0; i < n; i++) await runner.run({ instanceId: `i${i}`, executionId: "x", name: "Orchestration", knownLength: 0, events: starts[i] });
      const first = (cpu() - c0) / n;
      const warm = [];
      for (let k = 0; k < 5; k++) {
        const rows = Array.from({ length: n }, () => [{ ...base("TaskScheduled"), EventId: k, Name: "SayHello", Version: "", Input: null }, base("OrchestratorCompleted"), base("OrchestratorStarted"), { ...base("TaskCompleted"), TaskScheduledId: k, Result: '"Hello"' }]);
        c0 = cpu();
        for (let i = 0; i < n; i++) {
          const r = runner.run({ instanceId: `i${i}`, executionId: "x", name: "Orchestration", knownLength: 2 + k * 4, events: rows[i] });
          if (!r.decisions?.length) throw new Error(String(r));
        }
        warm.push((cpu() - c0) / n);
      }
      if (round === 2) console.log(sdk4.version, check ? "with check" : "no check", "first", first.toFixed(1), "warm", warm.map((w) => w.toFixed(1)).join(" "), "sum", (first + warm.reduce((a, b) => a + b)).toFixed(1));
    }
    runner.dispose();
  }
}
void main();
