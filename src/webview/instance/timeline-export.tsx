import type { JSX } from 'preact';
import { messageOf } from '../../base/error-message';
import { timelineSvg, type TimelinePalette, type TimelinePicture } from '../models/timeline-svg';
import { MenuButton } from '../ui/menu';
import type { InstanceParts } from './panel-context';

interface TimelineExportProps {
  parts: InstanceParts;
  picture: () => Omit<TimelinePicture, 'title' | 'palette'>;
}

/** The largest side of a bitmap that browsers make. */
const mostPixels = 16_000;

/** The rows that are shown, as a picture in a file. */
export function TimelineExport({ parts, picture }: TimelineExportProps): JSX.Element {
  const { instance, store, tell } = parts;
  const svg = (): string =>
    timelineSvg({ ...picture(), title: `${instance.name} · ${instance.instanceId}`, palette: paletteOfPage() });
  const name = `timeline-${instance.instanceId.replace(/[^\w.-]/g, '_')}`;
  const save = async (extension: string, content: Promise<string>, encoding: 'utf8' | 'base64'): Promise<void> => {
    try {
      const { ok, message } = await store.saveText(`${name}.${extension}`, await content, encoding);
      if (!ok && message !== undefined) tell({ kind: 'error', text: message });
    } catch (error) {
      tell({ kind: 'error', text: `The picture could not be made: ${messageOf(error)}` });
    }
  };
  return (
    <MenuButton
      icon="export"
      label="Save the timeline as a picture"
      items={[
        { label: 'Save as SVG', icon: 'file-media', onSelect: () => void save('svg', Promise.resolve(svg()), 'utf8') },
        { label: 'Save as PNG', icon: 'device-camera', onSelect: () => void save('png', pngOf(svg()), 'base64') },
      ]}
    />
  );
}

/** Base64. */
async function pngOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, mostPixels / image.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this page cannot draw bitmaps. Save as SVG instead.');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

/** Resolved by the page: a picture knows no variables. */
function paletteOfPage(): TimelinePalette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colour = (value: string): string => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const palette = {
    ground: colour('var(--ground)'),
    text: colour('var(--text)'),
    quiet: colour('var(--quiet)'),
    line: colour('var(--line)'),
    activity: colour('var(--vscode-charts-blue)'),
    timer: colour('var(--vscode-charts-yellow)'),
    event: colour('var(--vscode-charts-purple)'),
    child: colour('var(--vscode-charts-green)'),
    failed: colour('var(--bad)'),
  };
  probe.remove();
  return palette;
}
