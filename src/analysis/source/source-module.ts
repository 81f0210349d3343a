/** One file of an app as the findings see it: its syntax tree, names, imports, exports and the comments that silence findings. */
import type * as t from '@babel/types';
import { causeTexts } from '../../core/history/divergence';
import { parseSource } from './parse-source';
import { scopeProgram, type ScopedProgram } from './scopes';
import { childrenOf, isCall, isMember, memberName, textOf } from './syntax';

export interface SourceModule extends ScopedProgram {
  readonly file: string;
  readonly text: string;
  readonly program: t.Program;
  /** By exported name; `default` is one, and `=` is what `module.exports` or `export =` is set to. */
  readonly exports: ReadonlyMap<string, ModuleExport>;
  /** Modules whose exports are all passed on. */
  readonly passedOn: readonly string[];
  /** Every module named by a literal in an import, export, `require` or `import()`. */
  readonly imports: readonly string[];
  /** Ignored causes by 1-based line; an empty set stands for every cause. */
  readonly ignored: ReadonlyMap<number, ReadonlySet<string>>;
}

export type ModuleExport = { node: t.Node } | { source: string; name: string };

/** Null when the text is no program (yet). Never throws. */
export function readModule(file: string, text: string): SourceModule | null {
  const parsed = parseSource(text, file);
  if (parsed === null) return null;
  const { program, comments } = parsed;
  try {
    const scoped = scopeProgram(program);
    return { file, text, program, ...scoped, ...readLinks(program, scoped), ignored: readIgnored(comments) };
  } catch (error) {
    // Text nested deeper than the stack reaches.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The text of a node as it stands in the file. */
export function textAt(node: t.Node, module: SourceModule): string {
  return module.text.slice(node.start ?? 0, node.end ?? 0);
}

/** The same on one line. */
export function lineOf(node: t.Node, module: SourceModule): string {
  return textAt(node, module).replaceAll(/\s+/g, ' ');
}

/** The blanks in front of a node that begins its line; '' for any other. */
export function indentOf(node: t.Node, module: SourceModule): string {
  const start = node.start ?? 0;
  const line = module.text.slice(module.text.lastIndexOf('\n', start - 1) + 1, start);
  return /^\s*$/.test(line) ? line : '';
}

function readLinks(program: t.Program, scoped: ScopedProgram): Pick<SourceModule, 'exports' | 'passedOn' | 'imports'> {
  const exports = new Map<string, ModuleExport>();
  const passedOn: string[] = [];
  const imports = new Set<string>();
  for (const node of program.body) {
    switch (node.type) {
      case 'ImportDeclaration':
        if (node.importKind !== 'type') imports.add(node.source.value);
        break;
      case 'ExportAllDeclaration':
        if (node.exportKind === 'type') break;
        imports.add(node.source.value);
        passedOn.push(node.source.value);
        break;
      case 'ExportNamedDeclaration':
        if (node.exportKind === 'type') break;
        if (node.source != null) imports.add(node.source.value);
        for (const [name, value] of namedExports(node)) exports.set(name, value);
        break;
      case 'ExportDefaultDeclaration':
        exports.set('default', { node: node.declaration });
        break;
      case 'TSExportAssignment':
        exports.set('=', { node: node.expression });
        break;
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference') imports.add(node.moduleReference.expression.value);
        break;
      default:
    }
  }
  const visit = (node: t.Node): void => {
    if (node.type === 'AssignmentExpression') readAssignedExport(node, scoped, exports);
    const source = requiredSource(node, scoped);
    if (source !== null) imports.add(source);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(program);
  return { exports, passedOn, imports: [...imports] };
}

function* namedExports(node: t.ExportNamedDeclaration): Generator<[string, ModuleExport]> {
  const { declaration, source } = node;
  if (declaration?.type === 'VariableDeclaration') {
    for (const each of declaration.declarations) for (const name of namesIn(each.id)) yield [name.name, { node: name }];
  } else if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration') {
    if (declaration.id != null) yield [declaration.id.name, { node: declaration }];
  } else if (declaration?.type === 'TSEnumDeclaration') yield [declaration.id.name, { node: declaration }];
  for (const each of node.specifiers) {
    if (each.type === 'ExportNamespaceSpecifier') {
      if (source != null) yield [each.exported.name, { source: source.value, name: '*' }];
    } else if (each.type === 'ExportSpecifier') {
      const exported = each.exported.type === 'Identifier' ? each.exported.name : each.exported.value;
      // The grammar allows a string here only together with a source.
      const local = each.local as t.Identifier | t.StringLiteral;
      const localName = local.type === 'Identifier' ? local.name : local.value;
      yield [exported, source == null ? { node: each.local } : { source: source.value, name: localName }];
    }
  }
}

function* namesIn(pattern: t.Node): Generator<t.Identifier> {
  switch (pattern.type) {
    case 'Identifier':
      yield pattern;
      return;
    case 'ObjectPattern':
      for (const each of pattern.properties) yield* namesIn(each.type === 'RestElement' ? each.argument : each.value);
      return;
    case 'ArrayPattern':
      for (const each of pattern.elements) if (each !== null) yield* namesIn(each);
      return;
    case 'AssignmentPattern':
      yield* namesIn(pattern.left);
      return;
    default:
  }
}

/** `module.exports = x`, `module.exports.a = x`, `exports.a = x`. */
function readAssignedExport(node: t.AssignmentExpression, scoped: ScopedProgram, exports: Map<string, ModuleExport>): void {
  const { left, right } = node;
  if (!isMember(left)) return;
  const name = memberName(left);
  if (name === null) return;
  const isFree = (each: t.Node, wanted: string): boolean =>
    each.type === 'Identifier' && each.name === wanted && scoped.bindingOf(each) === undefined;
  const isModuleExports = (each: t.Node): boolean =>
    isMember(each) && memberName(each) === 'exports' && isFree(each.object, 'module');
  if (isModuleExports(left)) {
    // `exports = module.exports = x` keeps the names given before out of sight; nobody writes both.
    exports.set('=', { node: right });
  } else if (isModuleExports(left.object) || isFree(left.object, 'exports')) exports.set(name, { node: right });
}

/** The literal of `require('x')` and `import('x')`. */
export function requiredSource(node: t.Node, scoped: ScopedProgram): string | null {
  if (!isCall(node)) return null;
  const [argument] = node.arguments;
  if (argument === undefined) return null;
  const { callee } = node;
  const isRequire = callee.type === 'Identifier' && callee.name === 'require' && scoped.bindingOf(callee) === undefined;
  return isRequire || callee.type === 'Import' ? textOf(argument) : null;
}

const ignoring = /durascope-ignore-(next-line|line)\b[ \t]*((?:[a-zA-Z]+[ \t]*,?[ \t]*)*)/;

function readIgnored(comments: readonly t.Comment[]): Map<number, Set<string>> {
  const ignored = new Map<number, Set<string>>();
  for (const comment of comments) {
    const found = ignoring.exec(comment.value);
    if (found === null || comment.loc == null) continue;
    const line = found[1] === 'next-line' ? comment.loc.end.line + 1 : comment.loc.start.line;
    const causes = (found[2] ?? '').split(/[\s,]+/).filter((each) => Object.hasOwn(causeTexts, each));
    const before = ignored.get(line);
    if (before === undefined) ignored.set(line, new Set(causes));
    else if (causes.length === 0 || before.size === 0) before.clear();
    else for (const each of causes) before.add(each);
  }
  return ignored;
}
