/**
 * Dates without a zone that a timer is given: `CreateTimer` of the .NET SDK takes them for the local time of the machine that runs the episode
 * (docs/surprises.md). Found is what the text surely tells: a date that is made of numbers, of a constant text, or of a day and a time.
 */
import type { Fix } from '../findings/finding';
import { childOf, simpleName } from './csharp-types';
import { childrenOf, type SyntaxNode, within } from './syntax-trees';

/** The first argument of `context.CreateTimer(date, token)`, where it is a date without a zone; else null. */
export function dateWithoutZone(call: SyntaxNode, code: SyntaxNode): SyntaxNode | null {
  if (simpleName(call.childForFieldName('function')?.text ?? '') !== 'CreateTimer') return null;
  const [first, token] = argumentsOf(call);
  if (first === undefined || token === undefined) return null;
  return hasNoZone(first, code) ? first : null;
}

/** Says that it is UTC, as the orchestrator's own time is. */
export function asUtc(date: SyntaxNode): readonly Fix[] {
  const text = `DateTime.SpecifyKind(${date.text}, DateTimeKind.Utc)`;
  return [{ title: 'Take it for UTC', edits: [{ start: date.startIndex, end: date.endIndex, text }] }];
}

function hasNoZone(date: SyntaxNode, code: SyntaxNode): boolean {
  switch (date.type) {
    case 'parenthesized_expression':
      return childrenOf(date).some((each) => hasNoZone(each, code));
    case 'identifier': {
      const made = onlyValueOf(date.text, code);
      return made !== null && hasNoZone(made, code);
    }
    case 'object_creation_expression':
    case 'implicit_object_creation_expression':
      return isDateMade(date) && !(childOf(date, 'argument_list')?.text.includes('DateTimeKind') ?? false);
    case 'invocation_expression':
      return isCallWithoutZone(date, code);
    default:
      return false;
  }
}

function isCallWithoutZone(call: SyntaxNode, code: SyntaxNode): boolean {
  const member = call.childForFieldName('function');
  const of = member?.childForFieldName('expression');
  const name = member?.childForFieldName('name')?.text ?? '';
  if (of == null) return false;
  // What is added changes nothing about the zone.
  if (/^Add\w+$/.test(name)) return hasNoZone(of, code);
  const given = argumentsOf(call);
  const [only] = given;
  if (only === undefined || given.length > 1) return false;
  if (simpleName(of.text) === 'DateTime' && name === 'Parse') {
    return only.type === 'string_literal' && !/(Z|GMT|UTC|[+-]\d\d?(:?\d\d)?)"$/i.test(only.text.replace(/^"\d+-\d+-\d+/, '"'));
  }
  return name === 'ToDateTime' && /^(new\s+TimeOnly\b|TimeOnly\.)/.test(only.text);
}

/** `new DateTime(…)`, and `new(…)` where the variable is declared as one. */
function isDateMade(made: SyntaxNode): boolean {
  const type = made.childForFieldName('type')?.text;
  if (type !== undefined) return simpleName(type) === 'DateTime';
  const declaration = made.parent?.type === 'variable_declarator' ? made.parent.parent : made.parent?.parent?.parent;
  return simpleName(declaration?.childForFieldName('type')?.text ?? '') === 'DateTime';
}

/** What a variable of the code is set to where it is declared; null where it is set elsewhere too, or its value is not told. */
function onlyValueOf(name: string, code: SyntaxNode): SyntaxNode | null {
  let value: SyntaxNode | null = null;
  for (const node of within(code)) {
    if (node.type === 'assignment_expression' && node.childForFieldName('left')?.text === name) return null;
    if (node.type !== 'variable_declarator' || node.childForFieldName('name')?.text !== name) continue;
    const last = childrenOf(node).at(-1);
    if (value !== null || last === undefined || last.id === node.childForFieldName('name')?.id) return null;
    value = last.type === 'equals_value_clause' ? (childrenOf(last).at(-1) ?? null) : last;
  }
  return value;
}

function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const list = call.childForFieldName('arguments');
  return list === null ? [] : childrenOf(list).flatMap((each) => childrenOf(each).slice(-1));
}
