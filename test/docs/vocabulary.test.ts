/** One name for one thing: in commands, views, panels, walkthrough, README, documents and the command line. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Manifest {
  contributes: {
    commands: { command: string; title: string; shortTitle?: string }[];
    viewsWelcome: { contents: string }[];
    walkthroughs: { steps: { title: string; description: string }[] }[];
  };
}
const { contributes } = JSON.parse(read('package.json')) as Manifest;
const titles = new Map(contributes.commands.map(({ command, title }) => [command, title]));
const plain = (text: string): string => text.replace(/…/g, '').trim().toLowerCase();

/** What nobody calls a thing here, and what it is called. */
const others: readonly (readonly [RegExp, string])[] = [
  [/\bsuborchestrations?\b/, 'sub-orchestration'],
  [/\b[Cc]hild orchestrations?\b/, 'sub-orchestration'],
  [/\b[Oo]rchestration instances?\b/, 'instance'],
  [/\b[Ww]orkflow (?:instance|run|execution)s?\b/, 'instance'],
  [/\btaskhubs?\b/, 'task hub'],
  [/\b[Tt]ime[- ]travel(?:ling)?\b/, 'Step through Replay'],
  [/\b[Rr]eplay debugg(?:er|ing)\b/, 'Step through Replay'],
  [/\b[Dd]ebug (?:the|a|this) replay\b/, 'Debug Replay'],
  [/\bStep (?:Through|into|Into) (?:the )?[Rr]eplay\b|\bStep through replay\b/, 'Step through Replay'],
  [/\b[Ww]eb UI\b|\b[Dd]ash board\b/, 'dashboard'],
  [/\b[Ee]vent history\b/, 'history'],
  [/\b[Gg]antt\b/, 'timeline'],
  [/\b[Cc]all graph\b/, 'functions graph'],
  [/\b[Ee]xternal signals?\b/, 'event'],
];

/** Without what is code: names there are not ours. */
function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The texts in a source: what stands between quotes and between tags. */
function texts(source: string): string {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|>[^<>{}]+</g)]
    .map(([text]) => text)
    .join('\n');
}

function filesIn(folder: string, ends: readonly string[]): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ends.some((end) => file.endsWith(end)))
    .map((file) => path.join(folder, file));
}

describe('the words that users read', () => {
  const documents = ['README.md', 'CHANGELOG.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)]
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file, prose(read(file))] as const);
  const sources = ['src/vscode', 'src/webview', 'src/cli', 'src/tools', 'src/protocol']
    .flatMap((folder) => filesIn(folder, ['.ts', '.tsx']))
    .map((file) => [file, texts(read(file))] as const);

  it('have one name for one thing', () => {
    const found: string[] = [];
    for (const [file, text] of [
      ...documents,
      ...sources,
      ['package.json', read('package.json').replace(/^.*\$id.*$/gm, '')] as const,
    ]) {
      for (const [other, name] of others) {
        const match = other.exec(text);
        if (match !== null) found.push(`${file}: "${match[0]}" is called "${name}" everywhere else`);
      }
    }
    assert.deepEqual(found, []);
  });

  it('call a command by its title wherever they link to it', () => {
    const linking = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ];
    const wrong: string[] = [];
    for (const text of linking) {
      for (const [, label = '', command = ''] of text.matchAll(/\[([^\]]+)\]\(command:(durascope\.\w+)[^)]*\)/g)) {
        const title = titles.get(command);
        // In menus it goes by the short one.
        const short = contributes.commands.find((each) => each.command === command)?.shortTitle;
        if (
          title !== undefined &&
          label !== short &&
          !plain(title).startsWith(plain(label)) &&
          !plain(title).startsWith(plain(label).replace(/^an? /, ''))
        )
          wrong.push(`"${label}" leads to "${title}"`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('name in bold or in quotes only commands that there are, where they are called so', () => {
    const known = [...titles.values()].map(plain);
    const wrong: string[] = [];
    for (const [file, text] of documents.filter(([name]) => name !== 'CHANGELOG.md')) {
      // An ellipsis at its end makes it a command.
      for (const [, name = ''] of text.matchAll(/(?:\*\*|")([A-Z][\w ]+…)(?:\*\*|")/g)) {
        if (!known.includes(plain(name)) && !known.some((title) => title.startsWith(plain(name)))) wrong.push(`${file}: ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('say what a thing is in the palette as in a menu: no two commands of one title', () => {
    const shown = contributes.commands.map(({ title }) => title).filter((title) => title !== 'Load More');
    assert.deepEqual(
      shown.filter((title, index) => shown.indexOf(title) !== index),
      [],
    );
  });

  it('write titles of commands as the editor does: capitals, and an ellipsis where more is asked', () => {
    const small = /^(?:a|an|and|as|for|from|in|into|of|on|or|the|this|through|to|with|at|by|about)$/i;
    const wrong = contributes.commands
      .map(({ title }) => title)
      .filter(
        (title) =>
          title.split(/[ ]+/).some((word, index) => /^[a-z]/.test(word) && (index === 0 || !small.test(word))) ||
          title.includes('...'),
      );
    assert.deepEqual(wrong, []);
  });
});
