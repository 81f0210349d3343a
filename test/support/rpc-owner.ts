/** Starts an emulator on the app of the argument, prints the id of the app's process, and stays until it is killed. */
import { startEmulator } from '../../src/emulator/emulator';

void startEmulator({ appDir: process.argv[2] ?? '.', port: 0, memory: true, timers: 'off', logger: () => undefined }).then(
  (emulator) => console.log(emulator.workerPid),
);
