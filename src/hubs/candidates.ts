/** Hubs that are probably meant: of apps in folders, and of what listens on this machine (spec/attach.md 6). */
import { connect } from 'node:net';
import { DurascopeError } from '../core/values/errors';
import { hubOfApp } from './app-hub';
import { type HubTarget, hubTarget } from './hub-target';

export interface Candidate {
  target: HubTarget;
  /** Where it was found, for people. */
  source: string;
  /** What the command line takes for it; no secret in it. */
  argument: string;
}

/** Ports that the programs listen at unless they are told otherwise. */
export interface UsualPorts {
  functionsHost: number;
  azuriteTables: number;
  /** The emulator of the Durable Task Scheduler. */
  scheduler: number;
}

const usualPorts: UsualPorts = { functionsHost: 7071, azuriteTables: 10002, scheduler: 8080 };
const connectMs = 500;

/** `folders`: of function apps; others are passed over. */
export async function findCandidates(folders: readonly string[], ports: UsualPorts = usualPorts): Promise<Candidate[]> {
  const [apps, isHost, isAzurite, isScheduler] = await Promise.all([
    Promise.all(folders.map(candidateOfApp)),
    listens(ports.functionsHost),
    listens(ports.azuriteTables),
    speaksHttp2(ports.scheduler),
  ]);
  const found = apps.filter((each) => each !== null);
  const add = (argument: string, source: string): void => void found.push({ target: hubTarget(argument), source, argument });
  const hasLocal = found.some(({ target }) => target.kind === 'azureStorage' && target.connection.isLocal);
  if (isHost) add(`http://localhost:${ports.functionsHost}`, `something listens at ${ports.functionsHost}, as func does`);
  if (isAzurite && !hasLocal) add('UseDevelopmentStorage=true', `something listens at ${ports.azuriteTables}, as Azurite does`);
  if (isScheduler && !found.some(({ target }) => target.kind === 'durableTask' && target.connection.isLocal)) {
    const argument = `Endpoint=http://localhost:${ports.scheduler};Authentication=None;TaskHub=default`;
    add(argument, `a gRPC server listens at ${ports.scheduler}, as the scheduler's emulator does`);
  }
  return found;
}

async function candidateOfApp(folder: string): Promise<Candidate | null> {
  try {
    return { target: await hubOfApp(folder), source: `host.json of ${folder}`, argument: folder };
  } catch (error) {
    // No app, or one whose hub cannot be reached: it is no candidate.
    if (DurascopeError.is(error)) return null;
    throw error;
  }
}

function listens(port: number): Promise<boolean> {
  return answers(port, null, () => true);
}

/** Of the beginning of a connection; servers of HTTP/1, of which there are many at that port, answer with text. */
const http2Preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]);
const settingsFrame = 4;

function speaksHttp2(port: number): Promise<boolean> {
  return answers(port, http2Preface, (first) => first[3] === settingsFrame && first[0] === 0);
}

/** `said`: sent first, and then the answer counts; null: being connected is enough. */
function answers(port: number, said: Buffer | null, isMeant: (first: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(connectMs, () => end(false));
    socket.once('connect', () => (said === null ? end(true) : socket.write(said)));
    socket.once('data', (first: Buffer) => end(isMeant(first)));
    socket.once('error', () => end(false));
    socket.once('close', () => resolve(false));
  });
}
