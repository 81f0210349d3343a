'use strict';
// Shares the extension host with the extension that is measured: what it feels, every extension feels.
const fs = require('node:fs');
const http = require('node:http');
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** GET /reset begins anew, GET /read gives milliseconds and bytes; the port stands in the file that PROBE_FILE names. */
exports.activate = () => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const ms = (nanoseconds) => Number((nanoseconds / 1e6).toFixed(1));
  const server = http.createServer((request, response) => {
    if (request.url === '/reset') delay.reset();
    const { rss, heapUsed } = process.memoryUsage();
    const lag = { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
    response.end(JSON.stringify({ lag, rss, heapUsed, pid: process.pid }));
  });
  server.listen(0, '127.0.0.1', () => fs.writeFileSync(process.env.PROBE_FILE, String(server.address().port)));
  return { dispose: () => server.close() };
};
