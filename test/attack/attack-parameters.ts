/** Of frames (200,000 bent, 200,000 of bytes), the door (300,000), gRPC (200,000) and imports (150,000). */
const usualCases = 1_050_000;

/**
 * How a fuzz run of the attacks is made: by default with a seed of its own, which fast-check prints with what it found. `ATTACK_SEED`
 * repeats one, `ATTACK_RUNS` sets the number of cases of each property, `ATTACK_CASES` that of all of them together (about 15 s of one
 * processor for 50,000), in which each has its usual share.
 */
export function parameters(runs: number): { seed: number; numRuns: number } {
  const { ATTACK_SEED, ATTACK_RUNS, ATTACK_CASES } = process.env;
  const seed = ATTACK_SEED === undefined ? Date.now() & 0x7fff_ffff : Number(ATTACK_SEED);
  const share = ATTACK_CASES === undefined ? runs : Math.ceil((runs * Number(ATTACK_CASES)) / usualCases);
  const numRuns = ATTACK_RUNS === undefined ? share : Number(ATTACK_RUNS);
  console.log(`      seed ${seed}, ${numRuns} cases`);
  return { seed, numRuns };
}
