import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

interface SiteFile {
  name: string;
  bytes: number;
}

/** Copies all files of a site at the same time and adds up the bytes. The input is the number of files. */
const backupSiteContent: OrchestrationHandler = function* (context: OrchestrationContext) {
  const files: SiteFile[] = yield context.df.callActivity('GetFileList', context.df.getInput<number | null>() ?? 5);
  const copies = files.map((file) => context.df.callActivity('CopyFile', file));
  const sizes: number[] = yield context.df.Task.all(copies);
  return sizes.reduce((total, bytes) => total + bytes, 0);
};
df.app.orchestration('BackupSiteContent', backupSiteContent);

df.app.activity('GetFileList', {
  handler: (count: number): SiteFile[] =>
    Array.from({ length: count }, (_, index) => ({ name: `page-${index + 1}.html`, bytes: 100 * (index + 1) })),
});
df.app.activity('CopyFile', { handler: ({ bytes }: SiteFile): number => bytes });
