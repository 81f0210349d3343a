/** Spec/engine.md 0.2. `A`: ids from 0, inbound rows stored as played. `G`: worker-replayed, every row stored as not played. */
export type BehaviourProfile = 'A' | 'G';
