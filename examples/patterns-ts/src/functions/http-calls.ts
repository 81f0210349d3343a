import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

/** The addresses are made up: durascope.http.json beside host.json has the answers, so that this runs offline. */
const weatherUrl = 'https://weather.example.com/conditions';
const jobsUrl = 'https://jobs.example.com/jobs';

interface Response {
  statusCode: number;
  content?: string;
}

interface Watch {
  city?: string;
  milliseconds?: number;
  times?: number;
}

/** Asks a web address and tells how it answered. The input is a URL. */
const checkSite: OrchestrationHandler = function* (context: OrchestrationContext) {
  const url = context.df.getInput<string | null>() ?? 'https://www.example.com/';
  const response: Response = yield context.df.callHttp({ method: 'GET', url });
  return response.statusCode < 400 ? 'up' : `down (${response.statusCode})`;
};
df.app.orchestration('CheckSite', checkSite);

/** Starts a job that takes a while. The service answers 202 and an address to ask again; that is done for us, on a durable timer. */
const runRemoteJob: OrchestrationHandler = function* (context: OrchestrationContext) {
  const response: Response = yield context.df.callHttp({ method: 'POST', url: jobsUrl, body: { report: 'sales' } });
  if (response.statusCode !== 200) throw new Error(`The job service answered ${response.statusCode}.`);
  return JSON.parse(response.content ?? 'null') as unknown;
};
df.app.orchestration('RunRemoteJob', runRemoteJob);

/** Watches the weather until the sky is clear, or the time is up. */
const monitorWeather: OrchestrationHandler = function* (context: OrchestrationContext) {
  const { city = 'Seattle', milliseconds = 50, times = 10 } = context.df.getInput<Watch | null>() ?? {};
  const expiry = context.df.currentUtcDateTime.getTime() + milliseconds * times;

  while (context.df.currentUtcDateTime.getTime() < expiry) {
    const response: Response = yield context.df.callHttp({ method: 'GET', url: `${weatherUrl}?city=${city}` });
    const { condition } = JSON.parse(response.content ?? '{}') as { condition?: string };
    context.df.setCustomStatus({ city, condition });
    if (condition === 'Clear') {
      const alert: string = yield context.df.callActivity('SendGoodWeatherAlert', city);
      return alert;
    }
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
  }
  return 'no clear sky';
};
df.app.orchestration('MonitorWeather', monitorWeather);

df.app.activity('SendGoodWeatherAlert', { handler: (city: string): string => `Clear sky in ${city}` });
