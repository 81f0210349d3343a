import assert from 'node:assert/strict';
import { missingRuntime } from '../../../src/workers/rpc/dotnet/missing-runtime';

/** As dotnet 10.0.12 says it of an app that was built for 8.0. */
const said = (found: readonly string[]): string =>
  [
    'The process that runs the app ended (exit code 150). The app was still loading. Its last output:',
    'You must install or update .NET to run this application.',
    '',
    'App: /apps/shop/bin/Debug/net8.0/Shop.dll',
    'Architecture: x64',
    "Framework: 'Microsoft.NETCore.App', version '8.0.0' (x64)",
    '.NET location: /usr/share/dotnet/',
    '',
    'The following frameworks were found:',
    ...found.map((version) => `  ${version} at [/usr/share/dotnet/shared/Microsoft.NETCore.App]`),
    '',
    'Learn more:',
  ].join('\n');

describe('a C# app for a .NET that is not installed', () => {
  it('is told which, what there is, and how it runs on a newer one', () => {
    const error = missingRuntime(said(['9.0.4', '10.0.12']));
    assert.equal(error?.code, 'AppInvalid');
    assert.match(
      error.message,
      /^The app is built for Microsoft\.NETCore\.App 8\.0\.0, which is not installed here \(there is 9\.0\.4, 10\.0\.12\)\. .*"DOTNET_ROLL_FORWARD": "Major" among the Values of local\.settings\.json\.$/,
    );
    assert.match(missingRuntime(said([]))?.message ?? '', /not installed here\. Install it/);
  });

  it('is not what ended otherwise', () => {
    assert.equal(missingRuntime('The process that runs the app ended (exit code 1).'), null);
  });
});
