import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

/** Sets up every device of the list, each in an instance of its own, at the same time. */
const provisionDevices: OrchestrationHandler = function* (context: OrchestrationContext) {
  const deviceIds = context.df.getInput<string[] | null>() ?? ['thermostat', 'camera', 'doorbell'];
  const devices = deviceIds.map((deviceId) => context.df.callSubOrchestrator('ProvisionDevice', deviceId));
  return yield context.df.Task.all(devices);
};
df.app.orchestration('ProvisionDevices', provisionDevices);

const provisionDevice: OrchestrationHandler = function* (context: OrchestrationContext) {
  const deviceId = context.df.getInput<string>();
  const serialNumber: string = yield context.df.callActivity('RegisterDevice', deviceId);
  const firmware: string = yield context.df.callActivity('InstallFirmware', { deviceId, serialNumber });
  return { deviceId, serialNumber, firmware };
};
df.app.orchestration('ProvisionDevice', provisionDevice);

df.app.activity('RegisterDevice', { handler: (deviceId: string): string => `SN-${deviceId.toUpperCase()}` });
df.app.activity('InstallFirmware', { handler: ({ deviceId }: { deviceId: string }): string => `${deviceId}-1.4.2` });
