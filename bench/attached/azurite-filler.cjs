'use strict';
// Loaded into Azurite before it (`node --require`): takes in rows by the thousand where an upsert each over HTTP would take most of an hour. The
// first row of a table comes over HTTP and says in which form Azurite keeps such rows; what follows differs in keys and values only. Everything
// else of Azurite is as it is published.
const path = require('node:path');

let store;
const stores = require(path.resolve('node_modules/azurite/dist/src/table/persistence/LokiTableMetadataStore.js'));
const { init } = stores.default.prototype;
stores.default.prototype.init = function (...args) {
  store = this;
  return init.apply(this, args);
};

/** `'cpu'`: answered with the processor time used so far. `{ table, rows: [{ partitionKey, rowKey, values }] }`: `values` replace those of the table's first row; null takes one away. */
process.on('message', (message) => {
  if (message === 'cpu') return void process.send(process.cpuUsage());
  const { table, rows } = message;
  const collection = store.getEntityCollection('devstoreaccount1', table, {});
  const [first] = collection.data;
  const made = rows.map(({ partitionKey, rowKey, values }) => {
    const properties = { ...first.properties, PartitionKey: partitionKey, RowKey: rowKey };
    for (const [name, value] of Object.entries(values)) {
      if (value !== null) properties[name] = value;
      else for (const each of [name, `${name}@odata.type`]) delete properties[each];
    }
    return { PartitionKey: partitionKey, RowKey: rowKey, properties, lastModifiedTime: first.lastModifiedTime, eTag: first.eTag };
  });
  // Kept in order at each insert, its sorted indices would cost the square of the rows; so they are made anew with the next question.
  collection.adaptiveBinaryIndices = false;
  collection.insert(made);
  process.send({ rows: made.length });
});
