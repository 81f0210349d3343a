/** The environment of a worker that is a program of its own: this process's, over it the app's settings, over all what was asked for. */

/** A worker that finds these takes itself for one in Azure. */
const ofAzure = ['CONTAINER_NAME', 'WEBSITE_INSTANCE_ID'];

/** A variable of the real environment wins over one of local.settings.json; `fixed` is ours alone. */
export function workerEnvironment(
  values: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>>,
  fixed: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...values, ...process.env })) {
    if (value !== undefined && !ofAzure.includes(name)) env[name] = value;
  }
  env['AZURE_FUNCTIONS_ENVIRONMENT'] ??= 'Development';
  return { ...env, ...fixed, ...asked };
}
