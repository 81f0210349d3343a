/** A worker says where its HTTP server is before that listens: ASP.NET Core starts it last. */
import { connect } from 'node:net';

const pauseMs = 15;

/** Resolves when the address takes connections, or `isOver`. */
export async function whenListening(address: string, isOver: () => boolean): Promise<void> {
  const { hostname, port } = new URL(address);
  while (!isOver()) {
    if (await takesConnections(hostname, Number(port))) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const done = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
