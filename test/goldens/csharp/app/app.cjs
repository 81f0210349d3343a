// What test/goldens/recorder/CSharpApp.cs does, in JavaScript.
const df = require('durable-functions');

function* hello(context, cities) {
  const outputs = [];
  for (const city of cities) outputs.push(yield context.df.callActivity('SayHello', city));
  return outputs;
}

const cities = ['Tokyo', 'Seattle', 'London', 'Amsterdam', 'Seoul'];
df.app.orchestration('HelloCities', (context) => hello(context, cities.slice(0, 3)));
df.app.orchestration('HelloCities5', (context) => hello(context, cities));
df.app.activity('SayHello', { handler: (name) => `Hello ${name}!` });
