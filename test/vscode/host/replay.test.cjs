'use strict';
// Replays through the editor's own debug service.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { until, debugSessions, run, startedHub, statusOf, answeringPick } = require('./support.cjs');

const file = () => vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, 'src', 'functions', 'app.js');

async function completed(name) {
  const hub = await startedHub();
  const id = await run('startInstance', { name, input: null });
  await until('the instance ends', async () => ['Completed', 'Failed'].includes(await statusOf(hub, id)));
  return id;
}

/** Where the session stands: names and lines of its call stack. */
async function stack(session) {
  const { stackFrames } = await session.customRequest('stackTrace', { threadId: 1 });
  return stackFrames.map(({ name, line }) => [name, line]);
}

/** What the editor was asked to show as an error, for a stop that does not come. */
const told = [];
const { showErrorMessage } = vscode.window;
vscode.window.showErrorMessage = (message, ...others) => {
  told.push(message);
  return showErrorMessage(message, ...others);
};

async function stopped() {
  const top = () => vscode.debug.activeStackItem;
  const item = await until('a stop', () => top()?.frameId !== undefined && top()).catch((error) => {
    const names = [...debugSessions.values()].join(', ') || 'none';
    throw new Error(
      `${error.message} (sessions: ${names}; looked at: ${top()?.session.name ?? 'none'}; errors: ${told.join('; ') || 'none'})`,
    );
  });
  return item.session;
}

async function lineOf(pattern) {
  return (
    (await vscode.workspace.openTextDocument(file()))
      .getText()
      .split('\n')
      .findIndex((line) => pattern.test(line)) + 1
  );
}

describe('stepping through a replay', () => {
  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await until('the sessions end', () => debugSessions.size === 0);
  });

  it('goes on and back over the lines on which the code waited, with its variables', async () => {
    const waits = await lineOf(/callActivity\('SayHello'/);
    assert.equal(await run('stepThroughReplay', await completed('HelloCities')), true);
    const session = await stopped();
    assert.equal(session.type, 'durascope-replay');
    const local = async (name) => {
      const { stackFrames } = await session.customRequest('stackTrace', { threadId: 1 });
      return (await session.customRequest('evaluate', { expression: name, frameId: stackFrames[0].id, context: 'watch' })).result;
    };
    const position = async () => (await session.customRequest('durascope/position')).step;
    assert.deepEqual(await stack(session), [['HelloCities', waits]]);
    assert.equal(await local('city'), "'Tokyo'");
    await session.customRequest('next', { threadId: 1 });
    await until('the next step', async () => (await position()) === 1);
    assert.equal(await local('city'), "'Seattle'");
    await session.customRequest('stepBack', { threadId: 1 });
    await until('the step before', async () => (await position()) === 0);
    assert.equal(await local('city'), "'Tokyo'");
    assert.equal(await local('greetings.length'), '0');
  });

  it('offers the only instance of a function, and shows its failure as an exception', async () => {
    // Those that other tests have left would have to be chosen from.
    const hub = await startedHub();
    for (const { instanceId } of (await hub.query({ names: ['OutOfStock'] })).instances) await hub.purge(instanceId);
    await completed('OutOfStock');
    assert.equal(await run('stepThroughReplay', { name: 'OutOfStock' }), true);
    const session = await stopped();
    await session.customRequest('next', { threadId: 1 });
    await until('the end', async () => (await session.customRequest('durascope/position')).step === 1);
    const info = await session.customRequest('exceptionInfo', { threadId: 1 });
    assert.match(info.description, /^no stock\nOutOfStock failed: Activity function 'TakeFromStock' failed$/);
    assert.ok(!JSON.stringify(info).includes('$type'));
  });

  it('asks for the instance when it is started by F5 without one', async () => {
    const id = await completed('HelloCities');
    const [folder] = vscode.workspace.workspaceFolders;
    const start = () => vscode.debug.startDebugging(folder, { type: 'durascope-replay', request: 'launch', name: 'replay' });
    const asked = await answeringPick(
      async (pick) => {
        await until('the newest instances', () => pick.items.length > 0);
        assert.equal(pick.title, 'Step through the replay of which instance?');
        return pick.items.find((item) => item.label === id);
      },
      async () => assert.equal(await start(), true),
    );
    assert.equal(asked, 1);
    const session = await stopped();
    assert.equal(session.configuration.instanceId, id);
    assert.deepEqual(await stack(session), [['HelloCities', await lineOf(/callActivity\('SayHello'/)]]);
  });

  it('does not start when the user picks none', async () => {
    const [folder] = vscode.workspace.workspaceFolders;
    await answeringPick(
      () => undefined,
      async () =>
        assert.equal(
          await vscode.debug.startDebugging(folder, { type: 'durascope-replay', request: 'launch', name: 'replay' }),
          false,
        ),
    );
    assert.equal(debugSessions.size, 0);
  });

  it('steps into a sub-orchestration, whose parent is in the call stack', async () => {
    const hub = await startedHub();
    const id = await run('startInstance', { name: 'Parent', input: null });
    await until('the child waits', async () => (await hub.get(`${id}-child`))?.awaitedEvents.length === 1);
    await run('stepThroughReplay', id);
    const session = await stopped();
    await session.customRequest('stepIn', { threadId: 1 });
    await until('the child', async () => (await stack(session))[0][0] === 'ReserveTicket');
    assert.deepEqual(
      (await stack(session)).map(([name]) => name),
      ['ReserveTicket', `called by ${id}`, 'Parent'],
    );
    await hub.terminate(id, null, { recursive: true });
  });

  it('runs under the JavaScript debugger too, which stops at the breakpoints of the orchestrator', async () => {
    const line = await lineOf(/setCustomStatus\(city\)/);
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(file(), new vscode.Position(line - 1, 0)))]);
    assert.equal(await run('debugReplay', await completed('HelloCities')), true);
    const session = await stopped();
    const { stackFrames } = await session.customRequest('stackTrace', { threadId: vscode.debug.activeStackItem.threadId });
    assert.equal(stackFrames[0].line, line);
    const { result } = await session.customRequest('evaluate', { expression: 'city', frameId: stackFrames[0].id });
    assert.equal(result, "'Tokyo'");
  });
});
