// The axe accessibility check inside a page or one of its frames.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong: one text for each rule, with the first elements that break it. `frame`: a page or a frame of one. */
export async function axeViolations(frame) {
  // It stays in a document once it is there: the next look is a warm one.
  if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(source);
  const { violations } = await frame.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  return violations.map((violation) => {
    const nodes = violation.nodes.slice(0, 3).map((node) => `    ${node.html.slice(0, 160)}\n      ${node.failureSummary}`);
    return `${violation.id}: ${violation.help}\n${nodes.join('\n')}`;
  });
}
