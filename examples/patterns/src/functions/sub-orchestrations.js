const df = require('durable-functions');

// Sets up every device of the list, each in an instance of its own, at the same time.
df.app.orchestration('ProvisionDevices', function* (context) {
  const deviceIds = context.df.getInput() ?? ['thermostat', 'camera', 'doorbell'];
  const devices = deviceIds.map((deviceId) => context.df.callSubOrchestrator('ProvisionDevice', deviceId));
  return yield context.df.Task.all(devices);
});

df.app.orchestration('ProvisionDevice', function* (context) {
  const deviceId = context.df.getInput();
  const serialNumber = yield context.df.callActivity('RegisterDevice', deviceId);
  const firmware = yield context.df.callActivity('InstallFirmware', { deviceId, serialNumber });
  return { deviceId, serialNumber, firmware };
});

df.app.activity('RegisterDevice', { handler: (deviceId) => `SN-${deviceId.toUpperCase()}` });
df.app.activity('InstallFirmware', { handler: ({ deviceId }) => `${deviceId}-1.4.2` });
