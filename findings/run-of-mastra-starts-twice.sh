#!/usr/bin/env bash
# Guess: a run of a Mastra workflow has one life, as an instance of an orchestration has: a second start of the same run is refused or answers what
# the first one did. So it is with resume: of two that answer one question the second is refused.
# Is: the second start runs every step once more under the same run id, and what is kept of the run is the second's: a request that is
# sent again by a client that saw no answer charges the card twice.
source "$(dirname "$0")/support/mastra.sh"
play '{"starts":[1,2],"kept":2,"resumes":["fulfilled","rejected"],"charges":1}' <<'JS'
let charges = 0;
const charge = step('charge', async () => ++charges);
const run = await newRun(workflow().then(charge));
const first = await run.start({ inputData: {} });
const second = await run.start({ inputData: {} });
const starts = [first.result, second.result];
const kept = (await run.kept()).result;
charges = 0;
const wait = step('wait', async ({ suspend, resumeData }) => (resumeData === undefined ? suspend({}) : resumeData));
const asks = await newRun(workflow().then(wait).then(charge));
await asks.start({ inputData: {} });
const answers = [1, 2].map((resumeData) => asks.resume({ step: 'wait', resumeData }));
const resumes = (await Promise.allSettled(answers)).map(({ status }) => status);
return { starts, kept, resumes, charges };
JS
