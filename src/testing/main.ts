/** `durascope/testing` (testing.d.ts says what there is). */
export { explore } from './explore';
export { replayRecording } from './replay-recording';
export { startTestHub } from './test-hub';
export { unanswered } from './stubbed-worker';
