// Emulators that tests start do not rehearse (docs/decisions/0007-rehearsal.md): it takes up to a second of the processor's time after each start. Those that
// are to do what a user's do are started without this: test/e2e/rehearsal.test.ts, mcp.test.ts.
process.env.DURASCOPE_REHEARSAL ??= 'off';
