import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import manifest from '../../package.json';
import * as z from 'zod';
import {
  commands,
  contextKeys,
  debugType,
  mcpProvider,
  panels,
  settings,
  toolNames,
  toolPrefix,
  views,
  walkthrough,
} from '../../src/vscode/models/ids';
import { hubTools } from '../../src/tools/hub-tools';
import { statusIcon, statusOrder } from '../../src/vscode/models/instance-item';
import { readSettings } from '../../src/vscode/models/emulator-settings';

/** As WCAG 2.2 has it. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [one, other].map(luminance).toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const { contributes } = manifest;
const known: ReadonlySet<string> = new Set(Object.values(commands));

describe('package.json and the table of ids', () => {
  it('name the same commands, each once', () => {
    const contributed = contributes.commands.map((each) => each.command);
    assert.deepEqual(contributed.toSorted(), Object.values(commands).toSorted());
    assert.equal(new Set(contributed).size, contributed.length);
  });

  it('name no command that the tests in the editor leave out', () => {
    const folder = path.join(__dirname, '../vscode');
    const texts = ['host', 'ui'].flatMap((part) =>
      readdirSync(path.join(folder, part), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.test\.[cm]js$/.test(name))
        .map((name) => readFileSync(path.join(folder, part, name), 'utf8')),
    );
    const isTested = ({ command, title }: { command: string; title: string }) =>
      [`run('${command.replace('durascope.', '')}'`, `executeCommand('${command}'`, `'Durascope: ${title}'`].some((call) =>
        texts.some((text) => text.includes(call)),
      );
    assert.deepEqual(
      contributes.commands.filter((each) => !isTested(each)).map((each) => each.command),
      [],
    );
  });

  it('name only commands that exist in menus, keys and welcome texts', () => {
    const inMenus = Object.values(contributes.menus)
      .flat()
      .map((each) => each.command);
    const inKeys = contributes.keybindings.map((each) => each.command);
    const inTexts = contributes.viewsWelcome.flatMap((each) =>
      [...each.contents.matchAll(/command:(durascope\.\w+)/g)].map((match) => match[1] ?? ''),
    );
    for (const id of [...inMenus, ...inKeys, ...inTexts]) assert.ok(known.has(id), id);
  });

  it('ask only for states that the code tells', () => {
    const texts = [
      ...contributes.commands.map((each) => ('enablement' in each ? each.enablement : '')),
      ...Object.values(contributes.menus)
        .flat()
        .map((each) => ('when' in each ? each.when : '')),
      ...contributes.keybindings.map((each) => each.when),
      ...contributes.views.durascope.map((each) => ('when' in each ? (each.when ?? '') : '')),
      ...contributes.viewsWelcome.map((each) => each.when),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap((step) => step.completionEvents)),
    ];
    const told: ReadonlySet<string> = new Set([...Object.values(contextKeys), ...Object.values(views), ...Object.values(panels)]);
    for (const text of texts) {
      for (const [word] of text.matchAll(/(?<!config\.)\bdurascope\.\w+/g)) {
        assert.ok(told.has(word) || (text.startsWith('onCommand:') && known.has(word)), text);
      }
      // No other event ticks a step of a walkthrough.
      if (/^on[A-Z]/.test(text))
        assert.match(text, /^(onStepSelected$|(onCommand|onContext|onView|onLink|onSettingChanged|onExtensionInstalled):)/);
    }
  });

  it('offer nothing that cannot work where there is no folder, or no trust', () => {
    const without = contributes.viewsWelcome.filter(({ when }) => when.includes('emulatorState == none'));
    const start = 'command:durascope.startEmulator';
    for (const { when, contents } of without.filter((each) => each.contents.includes(start))) {
      assert.match(when, /workspaceFolderCount != 0 && isWorkspaceTrusted/, contents);
    }
    for (const { contents } of without.filter(({ when }) => !when.includes('!isWorkspaceTrusted'))) {
      assert.match(contents, /command:durascope\.createSampleApp/);
      assert.match(contents, /command:durascope\.openExample/);
    }
    const palette = contributes.menus['commandPalette'];
    for (const id of ['filter', 'groupByStatus', 'groupByOrchestrator', 'groupFlat', 'refresh'])
      assert.match(palette.find(({ command }) => command === `durascope.${id}`)?.when ?? '', /emulatorState != none/, id);
  });

  it('say that there is no app only once it was searched, and offer no start where the app cannot be loaded', () => {
    for (const { when, contents } of contributes.viewsWelcome) {
      if (contents.startsWith('No function app')) assert.match(when, /^durascope\.emulatorState == none && /);
      if (contents.startsWith('No instances yet.') && contents.includes('HTTP triggers'))
        assert.match(when, /!durascope\.isBroken/);
    }
    const broken = contributes.viewsWelcome.filter(({ when }) => /(?<!!)durascope\.(isBroken|mending)/.test(when));
    const contents = broken.map((each) => each.contents).join('\n');
    assert.match(contents, /could not be loaded/);
    for (const title of ['Go to Line', 'Run npm install', 'Build']) assert.ok(contents.includes(`[${title}]`), title);
    assert.doesNotMatch(contents, /startInstance/);
  });

  it("contribute the icons' colours, which stand out from the side bars of the editor's own themes", () => {
    const used = [...statusOrder.map((status) => statusIcon(status).color)];
    const contributed = new Map(contributes.colors.map(({ id, defaults }) => [id, defaults]));
    assert.deepEqual([...new Set(used)].toSorted(), [...contributed.keys()].toSorted());
    // Side bars and hovered rows of Light Modern, Light+, Dark Modern, Dark+ and both high contrasts.
    const grounds = {
      light: ['#f8f8f8', '#f3f3f3', '#e8e8e8'],
      dark: ['#181818', '#252526', '#2a2d2e'],
      highContrast: ['#000000'],
      highContrastLight: ['#ffffff'],
    };
    for (const [id, defaults] of contributed) {
      for (const [kind, backgrounds] of Object.entries(grounds)) {
        for (const ground of backgrounds) {
          const ratio = contrast(defaults[kind as keyof typeof grounds], ground);
          assert.ok(ratio >= 4.5, `${id} on ${ground} (${kind}): ${ratio.toFixed(2)}`);
        }
      }
    }
  });

  it('name the same views and settings', () => {
    assert.deepEqual(contributes.views.durascope.map((each) => each.id).toSorted(), Object.values(views).toSorted());
    const contributed = Object.keys(contributes.configuration.properties);
    assert.deepEqual(
      contributed.toSorted(),
      Object.values(settings)
        .map((name) => `durascope.${name}`)
        .toSorted(),
    );
  });

  it('describe every setting, and its default is what the code takes without it', () => {
    const defaults: Record<string, unknown> = {};
    for (const [id, property] of Object.entries(contributes.configuration.properties)) {
      assert.ok(property.markdownDescription.length > 20, id);
      defaults[id.replace('durascope.', '')] = property.default;
    }
    assert.deepEqual(
      readSettings(() => undefined),
      defaults,
    );
    assert.deepEqual(
      readSettings((name) => defaults[name]),
      defaults,
    );
  });

  it('describe the tools for agents as they are: `languageModelTools` is what this builds of them', () => {
    const described = hubTools(true).map(({ name, title, description, input, acts }) => ({
      name: `${toolPrefix}${name}`,
      displayName: title,
      modelDescription: description,
      userDescription: description.split('. ')[0]?.replace(/\.?$/, '.'),
      toolReferenceName: `durascope-${name.replaceAll('_', '-')}`,
      canBeReferencedInPrompt: true,
      icon: acts ? '$(play)' : '$(pulse)',
      tags: ['durable-functions', 'durascope'],
      inputSchema: z.toJSONSchema(input, { io: 'input' }),
      // Either by the extension or by a server of the Model Context Protocol, never both.
      when: `${acts ? 'config.durascope.agentActions && ' : ''}!config.durascope.mcpServer`,
    }));
    assert.deepEqual(contributes.languageModelTools, JSON.parse(JSON.stringify(described)));
    assert.deepEqual(
      hubTools(true).map(({ name }) => name),
      [...toolNames],
    );
  });

  it('name who provides the server of the Model Context Protocol', () => {
    assert.deepEqual(contributes.mcpServerDefinitionProviders, [{ id: mcpProvider, label: 'Durascope' }]);
  });

  it('wake the extension up for its panels and its debug type, and never at the start of the editor', () => {
    for (const viewType of Object.values(panels)) assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${viewType}`));
    assert.ok(manifest.activationEvents.includes(`onDebugResolve:${debugType}`));
    assert.equal(contributes.debuggers[0]?.type, debugType);
    assert.ok(!manifest.activationEvents.some((event) => event === '*' || event === 'onStartupFinished'));
  });

  it('have a picture for whatever asks for one, and a walkthrough of that name', () => {
    const pictures = [
      manifest.icon,
      contributes.viewsContainers.activitybar[0]?.icon,
      ...contributes.views.durascope.map((each) => each.icon),
      // One for all themes, or one for each.
      ...contributes.walkthroughs.flatMap((each) =>
        each.steps.flatMap(({ media: { image } }) => (typeof image === 'string' ? [image] : Object.values(image))),
      ),
    ];
    for (const picture of pictures)
      assert.ok(picture !== undefined && existsSync(path.join(__dirname, '../..', picture)), picture);
    assert.equal(`${manifest.publisher}.${manifest.name}#${contributes.walkthroughs[0]?.id ?? ''}`, walkthrough);
  });
});
