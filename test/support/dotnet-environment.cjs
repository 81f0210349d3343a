// What builds of .NET apps do in the tests: they do not ask package sources for known holes in packages, which takes the network each time, and
// what runs for seconds only is not compiled twice. Builds take most of what these tests cost.
process.env.NuGetAudit ??= 'false';
process.env.DOTNET_TieredPGO ??= '0';
