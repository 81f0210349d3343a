'use strict';
// First code in the extension host: runs mocha there. By files, because what a host logs just before it ends may never reach anybody.
const fs = require('node:fs');
const path = require('node:path');
const Mocha = require('mocha');

exports.runIn = async function runIn({ files, resultsFile, progressFile, grep }) {
  const mocha = new Mocha({ timeout: 600_000, grep, color: false, reporter: function quiet() {} });
  for (const file of files) mocha.addFile(file);
  const tests = [];
  const note = (test, error) => {
    const entry = {
      title: test.fullTitle(),
      file: path.basename(test.file ?? ''),
      ms: test.duration ?? 0,
      error: error && String(error.stack ?? error),
    };
    tests.push(entry);
    fs.appendFileSync(progressFile, `${JSON.stringify(entry)}\n`);
  };
  await mocha.loadFilesAsync();
  await new Promise((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => note(test));
    runner.on('fail', (test, error) => note(test, error));
  });
  fs.writeFileSync(resultsFile, JSON.stringify(tests));
};
