// Pictures of what a test sees, in `test-results/`. Those of tests that pass are taken only where `DURASCOPE_SCREENSHOTS` is 1: in four themes they are
// a fifth of what a look at a panel takes of the processor.
import fs from 'node:fs';
import path from 'node:path';
import { resultsDir } from './places.mjs';

/** For whoever looks at them afterwards; `folder` is one below `test-results/`. */
export async function screenshotOf(page, folder, name) {
  if (process.env.DURASCOPE_SCREENSHOTS === '1') await keepScreenshot(page, folder, name);
}

/** In any case: of what failed. */
export async function keepScreenshot(page, folder, name) {
  const dir = path.join(resultsDir, folder);
  fs.mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: path.join(dir, `${name.replaceAll(/[^\w.-]+/g, '-')}.png`) });
}
