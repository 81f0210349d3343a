/**
 * A fork: another run that begins in the middle of one that was recorded, with one thing changed. Rows are counted from 1 in commit order, as
 * people read them; the number after the last names the end of the history.
 */
import { closestName } from '../../base/closest-name';
import { DurascopeError } from '../values/errors';

/** What is changed at a row. Values are JSON text; null: none. */
export type ForkChange =
  /** The activity, sub-orchestration or entity call of this row (or that it answers) gave this result. */
  | { type: 'result'; value: string | null }
  /** It failed. */
  | { type: 'failure'; errorType: string; message: string }
  /** The event of this row had another payload. */
  | { type: 'payload'; value: string | null }
  /** The event of this row never came. */
  | { type: 'never' }
  /** The event of this row came after `row`. */
  | { type: 'later'; row: number }
  /** What `row` tells of came before this row: an answer, an event or a timer that the record has later, or a timer that never fired. */
  | { type: 'first'; row: number }
  /** The timer of this row fired as soon as it was set. */
  | { type: 'fires' }
  /** An event came before this row. */
  | { type: 'raise'; name: string; data: string | null }
  /** The instance was started with another input. */
  | { type: 'input'; value: string | null };

export type ForkChangeType = ForkChange['type'];

export interface ForkRequest {
  /** Of the new instance. Default: the origin's with `-fork`. */
  newInstanceId?: string;
  row: number;
  /** Null: only the code may be another one. */
  change: ForkChange | null;
  /** Activities and sub-orchestrations are answered from the recorded run where name and input are the same. */
  dry?: boolean;
  /** The times of the rows stay as recorded; default: they are moved, so that the moment is now. */
  keepTimes?: boolean;
}

/** What a fork knows of where it comes from. */
export interface ForkOrigin {
  instanceId: string;
  /** The generation of the origin. */
  executionId: string;
  row: number;
  change: ForkChange | null;
  /** Present while it is answered from the record: in its first generation. */
  dry?: true;
}

/** The change as part of a sentence, `null` for none: `row 5: result = 42`. */
export function forkChangeText(change: ForkChange | null): string {
  switch (change?.type) {
    case undefined:
      return 'nothing changed';
    case 'result':
      return `result = ${change.value ?? 'null'}`;
    case 'failure':
      return `failed with ${change.errorType}: ${change.message}`;
    case 'payload':
      return `payload = ${change.value ?? 'null'}`;
    case 'never':
      return 'the event never came';
    case 'later':
      return `the event came after row ${change.row}`;
    case 'first':
      return `row ${change.row} came first`;
    case 'fires':
      return 'the timer fired at once';
    case 'raise':
      return `the event ${change.name} came, with ${change.data ?? 'null'}`;
    case 'input':
      return `input = ${change.value ?? 'null'}`;
  }
}

/** `order-1, row 5: result = 42; answered from the record`. */
export function forkOriginText({ instanceId, row, change, dry }: ForkOrigin): string {
  return `${instanceId}, row ${row}: ${forkChangeText(change)}${dry === true ? '; answered from the record' : ''}`;
}

/** How a person writes each change, with what it does. */
export const forkChangeWords: Readonly<Record<ForkChangeType, readonly [form: string, meaning: string]>> = {
  result: ['result=JSON', 'the activity, sub-orchestration or entity call gave this result'],
  failure: ['failure=TYPE: MESSAGE', 'it failed'],
  payload: ['payload=JSON', 'the event had this payload'],
  never: ['never', 'the event never came'],
  later: ['later=ROW', 'the event came after that row'],
  first: ['first=ROW', 'what that row tells of came before this one: an answer, an event, a timer'],
  fires: ['fires', 'the timer fired as soon as it was set'],
  raise: ['raise=NAME=JSON', 'this event came before this row'],
  input: ['input=JSON', 'the instance was started with this input'],
};

/** `InvalidArgument` says what can be written. */
export function parseForkChange(text: string): ForkChange {
  const at = text.indexOf('=');
  const word = (at < 0 ? text : text.slice(0, at)).trim();
  const rest = at < 0 ? null : text.slice(at + 1);
  switch (word) {
    case 'result':
    case 'payload':
    case 'input':
      return { type: word, value: jsonOf(word, rest) };
    case 'failure': {
      const told = given(word, rest).trim();
      const colon = told.indexOf(': ');
      return colon <= 0
        ? { type: word, errorType: 'Error', message: told }
        : { type: word, errorType: told.slice(0, colon), message: told.slice(colon + 2) };
    }
    case 'never':
    case 'fires':
      if (rest === null) return { type: word };
      throw new DurascopeError('InvalidArgument', `'${word}' takes no value: write it alone.`);
    case 'later':
    case 'first': {
      const row = given(word, rest).trim();
      if (/^[1-9]\d{0,14}$/.test(row)) return { type: word, row: Number(row) };
      throw new DurascopeError('InvalidArgument', `'${word}' takes the number of a row, as in '${word}=7', not '${row}'.`);
    }
    case 'raise': {
      const [, name = '', data] = /^([^=]*)(?:=(.*))?$/s.exec(given(word, rest)) ?? [];
      if (name.trim() === '')
        throw new DurascopeError('InvalidArgument', "'raise' takes the name of an event, as in 'raise=Approval=true'.");
      return { type: word, name: name.trim(), data: data === undefined ? null : jsonOf(word, data) };
    }
    default: {
      const forms = Object.values(forkChangeWords).map(([form]) => form);
      const meant = closestName(word, Object.keys(forkChangeWords));
      throw new DurascopeError(
        'InvalidArgument',
        `There is no change '${text.slice(0, 80)}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} A change is one of: ${forms.join(', ')}.`,
      );
    }
  }
}

function given(word: ForkChangeType, rest: string | null): string {
  if (rest !== null && rest.trim() !== '') return rest;
  throw new DurascopeError('InvalidArgument', `'${word}' needs a value: write ${forkChangeWords[word][0]}.`);
}

function jsonOf(word: ForkChangeType, rest: string | null): string {
  const text = given(word, rest);
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const hint = /^[\w -]+$/.test(text) ? ` A text is written with its quotes: '${word}="${text}"'.` : '';
    throw new DurascopeError('InvalidArgument', `What is given for '${word}' is not JSON.${hint}`, { cause: error });
  }
}
