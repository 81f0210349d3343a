'use strict';
const vscode = require('vscode');

/** Retries until `probe` gives something truthy. */
async function until(what, probe, ms = 180_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out after ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The loaded extension, as `activate` hands it out. */
async function durascope() {
  const { load } = await vscode.extensions.getExtension('durascope.durascope').activate();
  return load();
}

const run = (id, ...args) => vscode.commands.executeCommand(`durascope.${id}`, ...args);

/** The hub of the current app, its emulator started. */
async function startedHub() {
  const parts = await durascope();
  await run('startEmulator');
  return parts.emulators.of(parts.apps.current).hub;
}

const statusOf = async (hub, id) => (await hub.get(id))?.runtimeStatus;

/** While `act` runs, what the editor would ask the user with `vscode.window[method]` is answered by `answer`. */
async function answering(method, answer, act) {
  const original = vscode.window[method];
  vscode.window[method] = async (...args) => answer(...args);
  try {
    return await act();
  } finally {
    vscode.window[method] = original;
  }
}

/** The panel that `act` opens: what its page is sent by type, and `say`, which speaks as its page. */
async function panelOpenedBy(act) {
  const original = vscode.window.createWebviewPanel;
  const opened = { sent: new Map(), panel: undefined, say: undefined };
  vscode.window.createWebviewPanel = (...args) => {
    const panel = original.apply(vscode.window, args);
    const { webview } = panel;
    const onMessage = webview.onDidReceiveMessage;
    const post = webview.postMessage.bind(webview);
    Object.defineProperties(webview, {
      onDidReceiveMessage: { value: (listener) => ((opened.say = listener), onMessage(listener)) },
      postMessage: { value: (message) => (opened.sent.set(message.type, message), post(message)) },
    });
    return (opened.panel = panel);
  };
  try {
    await act();
  } finally {
    vscode.window.createWebviewPanel = original;
  }
  opened.say({ type: 'ready' });
  await until('what it shows', () => opened.sent.has('instance'));
  return opened;
}

/** While `act` runs, lists that the editor shows to pick from are answered by `choose`: an item, or undefined to close it. Answers how many. */
async function answeringPick(choose, act) {
  const original = vscode.window.createQuickPick;
  let shown = 0;
  vscode.window.createQuickPick = () => {
    const real = original.call(vscode.window);
    const accept = new vscode.EventEmitter();
    const pick = new Proxy(real, {
      get: (target, key) => {
        if (key === 'onDidAccept') return accept.event;
        if (key === 'show')
          return () => {
            shown++;
            target.show();
            void Promise.resolve(choose(pick)).then((item) => {
              if (item === undefined) return target.hide();
              chosen = [item];
              accept.fire();
            });
          };
        if ((key === 'selectedItems' || key === 'activeItems') && chosen !== undefined) return chosen;
        const value = target[key];
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set: (target, key, value) => {
        target[key] = value;
        return true;
      },
    });
    let chosen;
    return pick;
  };
  try {
    await act();
    return shown;
  } finally {
    vscode.window.createQuickPick = original;
  }
}

/** Names of those that run, by id. Not `activeDebugSession`: of two that end at the same moment VS Code may go on naming one. */
const debugSessions = new Map();
vscode.debug.onDidStartDebugSession(({ id, name }) => debugSessions.set(id, name));
vscode.debug.onDidTerminateDebugSession(({ id }) => debugSessions.delete(id));

/** Debugs with `config`, breakpoints in the lines of `file` that match; `lines` and those stopped at, counted from 0, ascending. */
async function stopsAt(folder, config, file, patterns, act, isLinked = false) {
  const text = (await vscode.workspace.openTextDocument(file)).getText().split('\n');
  const lines = patterns.map((pattern) => text.findIndex((line) => pattern.test(line)));
  const breakpoints = lines.map((line) => new vscode.SourceBreakpoint(new vscode.Location(file, new vscode.Position(line, 0))));
  vscode.debug.addBreakpoints(breakpoints);
  if (!(await vscode.debug.startDebugging(folder, config))) throw new Error('The debugger did not start.');
  await until('the debugger attaches', () => vscode.debug.activeDebugSession?.parentSession);
  // Else what is started runs past them on a busy machine.
  if (!isLinked)
    await until('the breakpoints are set', async () => {
      const session = vscode.debug.activeDebugSession;
      const known = await Promise.all(breakpoints.map((breakpoint) => session?.getDebugProtocolBreakpoint(breakpoint)));
      return known.every((breakpoint) => breakpoint?.verified === true);
    });
  const stop = () => vscode.debug.activeStackItem?.frameId !== undefined && vscode.debug.activeStackItem;
  await act();
  // What was started may have run past breakpoints that nobody could see being set: then it is started again.
  if (isLinked) await until('a first stop', () => until('a stop', stop, 20_000).catch(async () => void (await act())), 180_000);
  const seen = new Set();
  while (seen.size < lines.length) {
    const item = await until('a stop', stop);
    const { session, threadId } = item;
    const { stackFrames } = await session.customRequest('stackTrace', { threadId, levels: 1 });
    seen.add(stackFrames[0].line - 1);
    await session.customRequest('continue', { threadId });
    await until('it goes on', () => vscode.debug.activeStackItem !== item);
  }
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  await vscode.debug.stopDebugging();
  const ascending = (numbers) => [...numbers].sort((a, b) => a - b);
  return { lines: ascending(lines), seen: ascending(seen) };
}

module.exports = { until, debugSessions, durascope, run, startedHub, statusOf, answering, answeringPick, panelOpenedBy, stopsAt };
