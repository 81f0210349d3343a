import type { JSX } from 'preact';
import { messageOf } from '../../base/error-message';
import type { ActionResult } from '../../protocol/panel-values';
import type { Notice } from '../instance/panel-context';
import { MenuButton } from './menu';

interface SavePictureProps {
  label: string;
  /** Of the file, without its extension. */
  name: string;
  /** The picture as it is now. */
  svg: () => string;
  save: (name: string, text: string, encoding: 'utf8' | 'base64') => Promise<Pick<ActionResult, 'ok' | 'message'>>;
  tell: (notice: Notice) => void;
}

/** The largest side of a bitmap that browsers make. */
const mostPixels = 16_000;

/** A picture in a file: as it is drawn, or as a bitmap. */
export function SavePicture({ label, name, svg, save, tell }: SavePictureProps): JSX.Element {
  const saveAs = async (extension: string, content: Promise<string>, encoding: 'utf8' | 'base64'): Promise<void> => {
    try {
      const { ok, message } = await save(`${name.replace(/[^\w.-]/g, '_')}.${extension}`, await content, encoding);
      if (!ok && message !== undefined) tell({ kind: 'error', text: message });
    } catch (error) {
      tell({ kind: 'error', text: `The picture could not be made: ${messageOf(error)}` });
    }
  };
  return (
    <MenuButton
      icon="export"
      label={label}
      items={[
        { label: 'Save as SVG', icon: 'file-media', onSelect: () => void saveAs('svg', Promise.resolve(svg()), 'utf8') },
        { label: 'Save as PNG', icon: 'device-camera', onSelect: () => void saveAs('png', pngOf(svg()), 'base64') },
      ]}
    />
  );
}

/** Base64. */
async function pngOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, mostPixels / Math.max(image.height, image.width));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this page cannot draw bitmaps. Save as SVG instead.');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

/** Resolved by the page: a picture knows no variables. */
export function colourOf(value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
