// The axe accessibility check inside a page or one of its frames.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules that go by colours, of those that axe holds a page to. */
const aboutColours = ['color-contrast', 'link-in-text-block'];

/**
 * What axe finds wrong: one text for each rule, with the first elements that break it. `frame`: a page or a frame of one. `onlyColours`: for what
 * was looked at whole and has other colours since.
 */
export async function axeViolations(frame, { onlyColours = false } = {}) {
  // It stays in a document once it is there: the next look is a warm one.
  if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(source);
  const { violations } = await frame.evaluate(
    (rules) =>
      globalThis.axe.run({
        resultTypes: ['violations'],
        ...(rules === null ? {} : { runOnly: { type: 'rule', values: rules } }),
      }),
    onlyColours ? aboutColours : null,
  );
  return violations.map((violation) => {
    const nodes = violation.nodes.slice(0, 3).map((node) => `    ${node.html.slice(0, 160)}\n      ${node.failureSummary}`);
    return `${violation.id}: ${violation.help}\n${nodes.join('\n')}`;
  });
}
