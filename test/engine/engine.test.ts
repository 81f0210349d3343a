import assert from 'node:assert/strict';
import { TestHub } from '../support/test-hub';

describe('the engine', () => {
  it('runs a sequence of activities', async () => {
    const hub = await TestHub.open({
      scripts: {
        *hello(context) {
          const cities: unknown[] = [];
          for (const city of ['Tokyo', 'Seattle', 'London']) cities.push(yield context.activity('sayHello', city));
          return cities;
        },
      },
      activities: { sayHello: (city) => `Hello ${String(city)}!` },
    });
    const id = await hub.start('hello');
    assert.equal(hub.sequence(id), 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC');
    assert.equal(hub.outcome(id), 'Completed ["Hello Tokyo!","Hello Seattle!","Hello London!"]');
    await hub.dispose();
  });
});
