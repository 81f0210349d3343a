// What builds of .NET apps do in the tests: they do not ask package sources for known holes in packages, which takes the network each time, and
// what runs for seconds only is compiled once: neither measured nor compiled again for speed. Builds take most of what these tests cost (without the
// last two lines a third more of the processor's time).
process.env.NuGetAudit ??= 'false';
process.env.DOTNET_TieredPGO ??= '0';
process.env.DOTNET_TC_CallCounting ??= '0';
