import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BrowserPlace } from '../transport/browser-place';
import type { BrowserHub } from '../transport/browser-hub';
import { openFork } from '../transport/browser-transport';
import { useStore } from '../ui/hooks';
import { MenuButton } from '../ui/menu';
import { StartDialog } from './start-dialog';
import { WhatIfDialog } from './what-if-dialog';
import { applyTheme, themes, type Theme } from './theme';

interface DashboardBarProps {
  hub: BrowserHub;
  place: BrowserPlace;
  theme: Theme;
  onTheme: (theme: Theme) => void;
}

const themeTitles: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

/** What the editor has around its panels: which app this is, the ways to the lists, Start, and the theme. */
export function DashboardBar({ hub, place, theme: first, onTheme }: DashboardBarProps): JSX.Element {
  const { info, start, whatIf } = useStore(hub.state);
  const [theme, setTheme] = useState(first);
  const choose = (next: Theme): void => {
    setTheme(next);
    applyTheme(next);
    onTheme(next);
  };
  const link = (hash: string, title: string, isHere: boolean): JSX.Element => (
    <a href={hash} class="dashboard-link" aria-current={isHere ? 'page' : undefined}>
      {title}
    </a>
  );
  return (
    <header class="dashboard-bar">
      <strong class="dashboard-app" title={info?.appDir}>
        {info === null ? 'Durascope' : nameOf(info.appDir)}
      </strong>
      <nav aria-label="Dashboard">
        {link('#/', 'Instances', place.panel === 'instances')}
        {link('#/functions', 'Functions', place.panel === 'functions')}
      </nav>
      <span class="toolbar-gap" />
      {info === null ? null : (
        <span class="quiet-text dashboard-hub" title={info.dataDir ?? 'Histories are kept in memory only.'}>
          {info.hubName}
        </span>
      )}
      <vscode-button data-action="start" onClick={() => hub.askToStart()}>
        Start…
      </vscode-button>
      <MenuButton
        icon="color-mode"
        label="Theme"
        items={themes.map((each) => ({
          label: themeTitles[each],
          checked: theme === each,
          onSelect: () => choose(each),
        }))}
      />
      {start === null ? null : <StartDialog hub={hub} begin={start} onClose={() => hub.cancelStart()} />}
      {whatIf === null ? null : <WhatIfDialog hub={hub} begin={whatIf} onForked={openFork} onClose={() => hub.cancelWhatIf()} />}
    </header>
  );
}

function nameOf(appDir: string): string {
  return appDir.split(/[\\/]/).findLast((part) => part !== '') ?? appDir;
}
