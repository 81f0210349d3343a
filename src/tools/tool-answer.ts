/** What a tool answers is read by an agent, who has no room for all that a hub may hold. */
import { jsonParts } from '../base/json-parts';
import { charsOf, shortText, withShortTexts } from '../base/short-texts';
import { DurascopeError } from '../core/values/errors';
import { payloadValue } from '../core/values/payload';

/** Characters of one answer. */
export const maxAnswerChars = 1024 * 1024;
/** Of one payload, or any other text in it; of a longer one the beginning is there. */
export const maxAnswerText = 64 * 1024;

/** As JSON. `InvalidArgument` for one that is too long, with what to do. */
export function answerText(answer: unknown): string {
  let text = '';
  for (const part of jsonParts(withShortTexts(answer, maxAnswerText, { texts: 0 }))) {
    text += part;
    if (text.length <= maxAnswerChars) continue;
    const limit = maxAnswerChars.toLocaleString('en');
    throw new DurascopeError(
      'InvalidArgument',
      `The answer has more than ${limit} characters: ask for fewer at once, or for one of them, or let the user export the instance (durascope export).`,
    );
  }
  return text;
}

/** A payload as a value; of a long one the beginning, as text. */
export function answerPayload(json: string | null): unknown {
  return json !== null && json.length > maxAnswerText ? shortText(json, maxAnswerText) : payloadValue(json);
}

/** As many of the list, from its beginning on, as one answer has room for: at least one. */
export function fitting<Item>(list: readonly Item[]): Item[] {
  let chars = 0;
  const end = list.findIndex((each, index) => {
    chars += charsOf(withShortTexts(each, maxAnswerText, { texts: 0 }));
    return index > 0 && chars > maxAnswerChars / 2;
  });
  return end < 0 ? [...list] : list.slice(0, end);
}
