import assert from 'node:assert/strict';
import { likelyCause } from '../../src/analysis/findings/likely-cause';
import { causeTexts, type Divergence } from '../../src/core/history/divergence';
import { analyzeText, orchestrator } from './analyze-text';

const parted: Divergence = {
  rowIndex: 3,
  recorded: 'activity A #0',
  actual: 'activity B #0',
  place: { file: 'a.ts', line: 6, column: 1 },
  cause: 'unknown',
  message: `Recorded is A, now comes B. ${causeTexts.unknown.explanation}`,
};

describe('the likely cause of a divergence', () => {
  it('is the nearest finding before the place where the code stood', async () => {
    const findings = await analyzeText(
      orchestrator(
        "const r = Math.random();\nconst t = Date.now();\nyield context.df.callActivity(t > 5 ? 'A' : 'B');\nprocess.env.X;",
      ),
    );
    const told = likelyCause(parted, findings);
    assert.equal(told.cause, 'currentTime');
    assert.equal(
      told.message,
      `Recorded is A, now comes B. Likely cause: current time (a.ts:5). ${causeTexts.currentTime.explanation}`,
    );
    assert.deepEqual(told.place, { file: 'a.ts', line: 5, column: 11 });
  });

  it('says what to do in the language of the code', async () => {
    const findings = await analyzeText(orchestrator('const t = Date.now();'));
    const advice = (file: string): string =>
      likelyCause(
        parted,
        findings.map((each) => ({ ...each, file })),
      ).message;
    assert.match(advice('/app/Hello.cs'), /Use context\.CurrentUtcDateTime:/);
    assert.match(advice('/app/Hello/run.ps1'), /Use \$Context\.CurrentUtcDateTime:/);
    assert.match(advice('/app/hello.js'), /Use context\.df\.currentUtcDateTime:/);
  });

  it('stays what the replay has seen happen, with the place of the finding', async () => {
    const findings = await analyzeText(orchestrator('const r = Math.random();\nconst t = Date.now();'));
    const seen: Divergence = { ...parted, cause: 'random', message: 'It drew.', place: null };
    assert.deepEqual(likelyCause(seen, findings), {
      ...seen,
      message: 'It drew. It is at a.ts:4.',
      place: { file: 'a.ts', line: 4, column: 11 },
    });
    const edited: Divergence = { ...parted, cause: 'renamedCall' };
    assert.equal(likelyCause(edited, findings), edited);
  });

  it('is not found where nothing in the source differs from run to run', async () => {
    assert.equal(likelyCause(parted, await analyzeText(orchestrator("context.df.callActivity('A');"))), parted);
  });
});
