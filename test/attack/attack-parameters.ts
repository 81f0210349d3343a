/**
 * How a fuzz run of the attacks is made: by default with a seed of its own, which fast-check prints with what it found. `ATTACK_SEED`
 * repeats one, `ATTACK_RUNS` sets the number of cases of each property.
 */
export function parameters(runs: number): { seed: number; numRuns: number } {
  const { ATTACK_SEED, ATTACK_RUNS } = process.env;
  const seed = ATTACK_SEED === undefined ? Date.now() & 0x7fff_ffff : Number(ATTACK_SEED);
  const numRuns = ATTACK_RUNS === undefined ? runs : Number(ATTACK_RUNS);
  console.log(`      seed ${seed}, ${numRuns} cases`);
  return { seed, numRuns };
}
