const df = require('durable-functions');

// The addresses are made up: durascope.http.json beside host.json has the answers, so that this runs offline.
const weatherUrl = 'https://weather.example.com/conditions';
const jobsUrl = 'https://jobs.example.com/jobs';

// Asks a web address and tells how it answered. The input is a URL.
df.app.orchestration('CheckSite', function* (context) {
  const url = context.df.getInput() ?? 'https://www.example.com/';
  const response = yield context.df.callHttp({ method: 'GET', url });
  return response.statusCode < 400 ? 'up' : `down (${response.statusCode})`;
});

// Starts a job that takes a while. The service answers 202 and an address to ask again; that is done for us, on a durable timer.
df.app.orchestration('RunRemoteJob', function* (context) {
  const response = yield context.df.callHttp({ method: 'POST', url: jobsUrl, body: { report: 'sales' } });
  if (response.statusCode !== 200) throw new Error(`The job service answered ${response.statusCode}.`);
  return JSON.parse(response.content);
});

// Watches the weather until the sky is clear, or the time is up. The input is { city, milliseconds, times }.
df.app.orchestration('MonitorWeather', function* (context) {
  const { city = 'Seattle', milliseconds = 50, times = 10 } = context.df.getInput() ?? {};
  const expiry = context.df.currentUtcDateTime.getTime() + milliseconds * times;

  while (context.df.currentUtcDateTime.getTime() < expiry) {
    const response = yield context.df.callHttp({ method: 'GET', url: `${weatherUrl}?city=${city}` });
    const { condition } = JSON.parse(response.content);
    context.df.setCustomStatus({ city, condition });
    if (condition === 'Clear') return yield context.df.callActivity('SendGoodWeatherAlert', city);
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
  }
  return 'no clear sky';
});

df.app.activity('SendGoodWeatherAlert', { handler: (city) => `Clear sky in ${city}` });
