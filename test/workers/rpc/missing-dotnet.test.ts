import assert from 'node:assert/strict';
import { missingRuntime, missingSdk } from '../../../src/workers/rpc/dotnet/missing-dotnet';

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

/** As dotnet 10.0.401 says it: the list comes by another way, and last. */
const saidOfSdk = (wanted: string, found: readonly string[]): string =>
  [
    'The command could not be loaded, possibly because:',
    '  * You intended to execute a .NET SDK command:',
    '      A compatible .NET SDK was not found.',
    '',
    `Requested SDK version: ${wanted}`,
    'global.json file: /apps/my shop/global.json',
    '',
    'Installed SDKs:',
    '',
    `Install the [${wanted}] .NET SDK or update [/apps/my shop/global.json] to match an installed SDK.`,
    ...found.map((version) => `${version} [/usr/share/dotnet/sdk]`),
  ].join('\n');

describe('a C# app whose SDK is not installed', () => {
  it('is told which its global.json asks for, what there is, and what to write there', () => {
    const error = missingSdk(saidOfSdk('8.0.400', ['9.0.301', '10.0.401']));
    assert.equal(error?.code, 'AppInvalid');
    assert.equal(
      error.message,
      '/apps/my shop/global.json asks for the .NET SDK 8.0.400, which is not installed here (there is 9.0.301, 10.0.401). Install it (https://dotnet.microsoft.com/download), or let a newer one build the app: "rollForward": "latestMajor" beside "version".',
    );
    assert.equal(error.details['file'], '/apps/my shop/global.json');
    assert.match(missingSdk(saidOfSdk('12.0.100', ['10.0.401']))?.message ?? '', /, or name one that is there\.$/);
    assert.match(missingSdk(saidOfSdk('12.0.100', []))?.message ?? '', /not installed here\. Install it/);
  });

  it('is told that there is none at all, and that its global.json cannot be read', () => {
    const none =
      'The command could not be loaded, possibly because:\n  * You intended to execute a .NET SDK command:\n      No .NET SDKs were found.';
    assert.match(missingSdk(none)?.message ?? '', /no SDK, which builds apps: install one/);
    const broken =
      "System.TypeInitializationException: The type initializer for 'Microsoft.DotNet.Cli.Parser' threw an exception.\n ---> System.Text.Json.JsonException: Expected depth to be zero. Path: $.sdk | LineNumber: 1\n";
    assert.match(missingSdk(broken)?.message ?? '', /^dotnet cannot read global\.json: Expected depth to be zero\. Path/);
    assert.equal(missingSdk('/App/A.cs(1,1): error CS1002: ; expected'), null);
  });
});
