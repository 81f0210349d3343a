const df = require('durable-functions');

module.exports = df.orchestrator(function* (context) {
  const outputs = [];

  outputs.push(yield context.df.callActivity('E1_SayHello', 'Tokyo'));
  context.df.setCustomStatus('Tokyo');
  outputs.push(yield context.df.callActivity('E1_SayHello', 'Seattle'));
  context.df.setCustomStatus('Seattle');
  outputs.push(yield context.df.callActivity('E1_SayHello', 'London'));
  context.df.setCustomStatus('London');

  // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
  return outputs;
});
