const df = require('durable-functions');

// Copies all files of a site at the same time and adds up the bytes. The input is the number of files.
df.app.orchestration('BackupSiteContent', function* (context) {
  const files = yield context.df.callActivity('GetFileList', context.df.getInput() ?? 5);
  const copies = files.map((file) => context.df.callActivity('CopyFile', file));
  const sizes = yield context.df.Task.all(copies);
  return sizes.reduce((total, bytes) => total + bytes, 0);
});

df.app.activity('GetFileList', {
  handler: (count) => Array.from({ length: count }, (_, index) => ({ name: `page-${index + 1}.html`, bytes: 100 * (index + 1) })),
});
df.app.activity('CopyFile', { handler: ({ bytes }) => bytes });
