/**
 * Route templates of HTTP triggers, as ASP.NET Core reads them: literals ignoring case, `{id}`, `{id?}`, `{id=default}`, constraints
 * `{id:int:min(1)}`, several parts in one segment (`{name}.{ext}`), and a catch-all `{*rest}` or `{**rest}` at the end.
 */
import { DurascopeError } from '../core/values/errors';
import { type RouteConstraint, routeConstraint } from './route-constraints';
import { decodeRouteValue } from './url-text';

interface Parameter {
  name: string;
  constraints: readonly RouteConstraint[];
  isOptional: boolean;
  isCatchAll: boolean;
  defaultValue: string | undefined;
}

type Segment =
  | { kind: 'literal'; text: string }
  | { kind: 'parameter'; parameter: Parameter }
  | { kind: 'mixed'; pattern: RegExp; parameters: readonly Parameter[] };

export interface RouteTemplate {
  readonly text: string;
  /**
   * Lower sorts first: one digit for each segment, literals (1) before constrained or mixed parameters (2), plain parameters (3) and
   * catch-alls (4, 5).
   */
  readonly precedence: string;
  /** `segments` of the path, not decoded, without the prefix. Parameter values are decoded once, `%2F` stays; undefined: it does not match. */
  match(segments: readonly string[]): Record<string, string> | undefined;
}

/** Throws `AppInvalid` with the place of the mistake. */
export function parseRouteTemplate(text: string): RouteTemplate {
  const parts = splitSegments(text.replace(/^~?\/+|\/+$/g, ''));
  const segments = parts.map((part) => parseSegment(part, text));
  const seen = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    const parameters = parametersOf(segment);
    for (const { name, isCatchAll } of parameters) {
      if (seen.has(name.toLowerCase())) throw invalid(text, `the parameter '${name}' occurs twice`);
      seen.add(name.toLowerCase());
      if (isCatchAll && index < segments.length - 1) throw invalid(text, `the catch-all '{*${name}}' must come last`);
    }
  }
  return { text, precedence: segments.map(precedenceOf).join(''), match: (path) => matchSegments(segments, path) };
}

function matchSegments(segments: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const raw = path[index];
    if (segment.kind === 'parameter' && segment.parameter.isCatchAll) {
      const rest = path.slice(index).map(decodeRouteValue).join('/');
      return accept(segment.parameter, rest === '' ? undefined : rest, values) ? values : undefined;
    }
    if (raw === undefined || raw === '') {
      if (segment.kind !== 'parameter' || !accept(segment.parameter, undefined, values)) return undefined;
      continue;
    }
    const decoded = decodeRouteValue(raw);
    if (segment.kind === 'literal') {
      if (decoded.toLowerCase() !== segment.text) return undefined;
    } else if (segment.kind === 'parameter') {
      if (!accept(segment.parameter, decoded, values)) return undefined;
    } else if (!acceptMixed(segment, decoded, values)) {
      return undefined;
    }
  }
  return path.length > segments.length ? undefined : values;
}

/** Writes the value under the parameter's name; false when it may not be absent, or a constraint refuses it. */
function accept(parameter: Parameter, value: string | undefined, values: Record<string, string>): boolean {
  const given = value ?? parameter.defaultValue;
  if (given === undefined) return parameter.isOptional || parameter.isCatchAll;
  if (!parameter.constraints.every((holds) => holds(given))) return false;
  values[parameter.name] = given;
  return true;
}

function acceptMixed(segment: Segment & { kind: 'mixed' }, text: string, values: Record<string, string>): boolean {
  const match = segment.pattern.exec(text);
  if (match === null) return false;
  return segment.parameters.every((parameter, index) => accept(parameter, match[index + 1], values));
}

function parametersOf(segment: Segment): readonly Parameter[] {
  return segment.kind === 'literal' ? [] : segment.kind === 'mixed' ? segment.parameters : [segment.parameter];
}

function precedenceOf(segment: Segment): string {
  if (segment.kind === 'literal') return '1';
  if (segment.kind === 'mixed') return '2';
  const { isCatchAll, constraints } = segment.parameter;
  return isCatchAll ? (constraints.length > 0 ? '4' : '5') : constraints.length > 0 ? '2' : '3';
}

/** Splits at slashes outside of braces: a constraint's expression may hold one. */
function splitSegments(text: string): string[] {
  if (text === '') return [];
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const char of text) {
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (char === '/' && depth <= 0) {
      parts.push(current);
      current = '';
    } else {
      current += char;
    }
  }
  return [...parts, current];
}

function parseSegment(part: string, template: string): Segment {
  if (part === '') throw invalid(template, 'it has an empty segment');
  const pieces = piecesOf(part, template);
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) {
    return typeof first === 'string' ? { kind: 'literal', text: first.toLowerCase() } : { kind: 'parameter', parameter: first };
  }
  const parameters = pieces.filter((piece) => typeof piece !== 'string');
  if (parameters.some(({ isCatchAll }) => isCatchAll)) throw invalid(template, 'a catch-all must have its segment to itself');
  let pattern = '';
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      const isBeforeOptional = index === pieces.length - 2 && piece === '.' && isOptionalAt(pieces, index + 1);
      // `{name}.{ext?}`: the dot goes with the optional part.
      pattern += isBeforeOptional ? '' : escapePattern(piece);
    } else {
      if (piece.isOptional && pieces[index - 1] === '.') pattern += '(?:\\.([^.]+))?';
      // What stands before an optional part takes no more than it must.
      else pattern += isOptionalAt(pieces, index + 2) ? '([^]+?)' : '([^]+)';
    }
  }
  return { kind: 'mixed', pattern: new RegExp(`^${pattern}$`, 'i'), parameters };
}

function isOptionalAt(pieces: readonly (string | Parameter)[], index: number): boolean {
  const piece = pieces[index];
  return typeof piece === 'object' && piece.isOptional;
}

/** Literal texts and parameters of one segment, in order. `{{` and `}}` stand for braces. */
function piecesOf(part: string, template: string): (string | Parameter)[] {
  const pieces: (string | Parameter)[] = [];
  let literal = '';
  let at = 0;
  while (at < part.length) {
    const two = part.slice(at, at + 2);
    if (two === '{{' || two === '}}') {
      literal += two[0] ?? '';
      at += 2;
    } else if (part[at] === '}') {
      throw invalid(template, `there is a '}' without its '{'`);
    } else if (part[at] === '{') {
      const end = closingBrace(part, at);
      if (end < 0) throw invalid(template, `there is a '{' without its '}'`);
      if (literal !== '') pieces.push(literal);
      else if (typeof pieces.at(-1) === 'object')
        throw invalid(template, 'two parameters stand side by side without a text between');
      literal = '';
      pieces.push(parseParameter(part.slice(at + 1, end), template));
      at = end + 1;
    } else {
      literal += part[at] ?? '';
      at++;
    }
  }
  if (literal !== '') pieces.push(literal);
  return pieces;
}

/** Inside a parameter doubled braces belong to an expression: `{code:regex(^\\d{{3}}$)}`. */
function closingBrace(part: string, open: number): number {
  for (let at = open + 1; at < part.length; at++) {
    const two = part.slice(at, at + 2);
    if (two === '{{') at++;
    else if (two === '}}' && part.slice(at + 2).includes('}')) at++;
    else if (part[at] === '}') return at;
  }
  return -1;
}

function parseParameter(inside: string, template: string): Parameter {
  const text = inside.replaceAll('{{', '{').replaceAll('}}', '}');
  const match = /^(\*{0,2})([^\s/{}?*:=()]+)(\?)?((?::[^:=?(]+(?:\([^]*?\)(?=[:=?]|$))?)*)(?:=([^]*?))?(\?)?$/.exec(text);
  if (match === null) throw invalid(template, `'{${inside}}' is not a parameter`);
  const [, stars = '', name = '', early, constraintText = '', defaultValue, late] = match;
  const isOptional = early !== undefined || late !== undefined;
  if (isOptional && defaultValue !== undefined) throw invalid(template, `'{${inside}}' is optional and has a default`);
  return {
    name,
    isOptional,
    isCatchAll: stars !== '',
    defaultValue,
    constraints: [...constraintText.matchAll(/:([^:(]+)(?:\(([^]*?)\)(?=:|$))?/g)].map(([whole, constraint = '', argument]) => {
      const found = routeConstraint(constraint.trim(), argument);
      if (found === undefined) throw invalid(template, `the constraint '${whole.slice(1)}' is unknown or has wrong arguments`);
      return found;
    }),
  };
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function invalid(template: string, what: string): DurascopeError {
  return new DurascopeError('AppInvalid', `The route '${template}' is not valid: ${what}.`, { details: { route: template } });
}
