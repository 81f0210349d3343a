/** A value of the right form with something of it changed, as somebody changes it who looks for a hole. */
import fc from 'fast-check';

export interface Bend {
  /** Which place of the value, counted over all of them. */
  at: number;
  how: 'replace' | 'remove' | 'double' | 'rename';
  by: unknown;
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '@',
    '@a',
    '@counter@k',
    'half\ud800',
    '\udc00',
    '..',
    'a/b#c?',
    'x'.repeat(2000),
    '{',
    '__proto__',
  ),
  fc.constantFrom<unknown>(-1, 0, 0.5, 1e21, 2 ** 53, true, false, [], {}, [[]], { a: {} }),
  fc.constantFrom<unknown>(
    '2024-01-01T00:00:00.0000000Z',
    '2024-13-41T99:00:00.0000000Z',
    'Running',
    'Completed',
    'running',
    'G',
    'A',
  ),
  fc.string({ maxLength: 20 }),
  fc.jsonValue({ maxDepth: 1 }),
);

export const bends: fc.Arbitrary<Bend[]> = fc.array(
  fc.record({
    at: fc.nat(),
    how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'double', 'rename'),
    by: odd,
  }),
  { minLength: 0, maxLength: 3 },
);

/** A copy of `value` with the changes made, one after another. */
export function bent(value: unknown, changes: readonly Bend[]): unknown {
  const copy = structuredClone(value);
  for (const { at, how, by } of changes) {
    const places = placesOf(copy);
    const place = places[at % Math.max(places.length, 1)];
    if (place === undefined) break;
    const { holder, name } = place;
    if (how === 'replace') holder[name] = by;
    else if (how === 'remove') remove(holder, name);
    else if (how === 'double' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(name)]));
    else if (how === 'rename') {
      holder[`${name}x`] = holder[name];
      remove(holder, name);
    }
  }
  return copy;
}

type Holder = Record<string, unknown>;

function remove(holder: Holder, name: string): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  // Dynamic on purpose: any field may be the one that is missing.
  else Reflect.deleteProperty(holder, name);
}

function placesOf(value: unknown, places: { holder: Holder; name: string }[] = []): { holder: Holder; name: string }[] {
  if (typeof value !== 'object' || value === null) return places;
  for (const name of Object.keys(value)) {
    places.push({ holder: value as Holder, name });
    placesOf((value as Holder)[name], places);
  }
  return places;
}
