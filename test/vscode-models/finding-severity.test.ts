import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import manifest from '../../package.json';
import { causeTexts, type DeterminismCause } from '../../src/core/history/divergence';
import { causeAnchor, findingCauses, severities, severityOf } from '../../src/vscode/models/finding-severity';

const setting = manifest.contributes.configuration.properties['durascope.diagnostics.severity'];

describe('the severity of a finding', () => {
  it('is what the setting says, else the default that package.json tells', () => {
    for (const cause of findingCauses) {
      assert.equal(severityOf(cause, {}), setting.properties[cause].default);
      assert.equal(severityOf(cause, { [cause]: 'off' }), 'off');
    }
    assert.deepEqual(Object.keys(setting.properties), findingCauses);
    for (const { enum: values } of Object.values(setting.properties)) assert.deepEqual(values, severities);
  });

  it('bears whatever stands in the setting', () => {
    for (const odd of [null, undefined, 5, 'off', [], { currentTime: 'loud' }, { other: {} }]) {
      assert.equal(severityOf('currentTime', odd), 'warning');
    }
  });
});

describe('docs/determinism.md', () => {
  const text = readFileSync(path.join(__dirname, '../../docs/determinism.md'), 'utf8');

  it('has a section for each cause, under its title, with its name, and where its link leads', () => {
    for (const [cause, { title }] of Object.entries(causeTexts))
      assert.ok(text.includes(`\n## ${title}\n\n\`${cause}\`. `) || cause === 'unknown', cause);
    const anchors = [...text.matchAll(/^## (.*)$/gm)].map((each) =>
      (each[1] ?? '')
        .toLowerCase()
        .replaceAll(/[^a-z0-9 ]/g, '')
        .replaceAll(' ', '-'),
    );
    assert.deepEqual(anchors, (Object.keys(causeTexts) as DeterminismCause[]).map(causeAnchor));
  });
});

describe('the texts of the causes', () => {
  it('are a title, and whole sentences for why and what instead', () => {
    for (const { title, reason, explanation } of Object.values(causeTexts)) {
      assert.match(title, /^[A-Z][^.]*$/);
      for (const sentence of [reason, explanation]) assert.match(sentence, /^[A-Z].*\.$/);
    }
  });
});
