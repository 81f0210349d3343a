/** The functions graph as a picture that stands alone, on the ground of the theme. */
import type { FunctionKind } from '../../protocol/functions-panel';
import { type FunctionsLayout, isDashed, margin, nodeHeight, nodeWidth } from './functions-layout';
import { countsText, kindTitles } from './functions-texts';
import { rect, words } from './svg-text';

/** Colours as a browser writes them; by kind those of the bar at a function's left. */
export type FunctionsPalette = Readonly<Record<FunctionKind | 'ground' | 'text' | 'quiet' | 'line' | 'bad', string>>;

export interface FunctionsPicture {
  title: string;
  layout: FunctionsLayout;
  palette: FunctionsPalette;
}

const headHeight = 36;
const mostLetters = 25;

export function functionsSvg({ title, layout, palette }: FunctionsPicture): string {
  const [width, height] = [Math.max(layout.width, 320), layout.height + headHeight];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    rect(0, 0, width, height, palette.ground),
    words(margin, 24, title, palette.text, 'font-size="14" font-weight="600"'),
    `<g transform="translate(0 ${headHeight})">`,
  ];
  for (const { edge, path, tip } of layout.edges) {
    const dash = isDashed(edge) ? ' stroke-dasharray="5 4"' : '';
    const back = tip.isBackward ? 1 : -1;
    parts.push(
      `<path d="${path}" fill="none" stroke="${palette.line}" stroke-width="1.2"${dash}/>`,
      `<polygon points="${tip.x},${tip.y} ${tip.x + back * 7},${tip.y - 4} ${tip.x + back * 7},${tip.y + 4}" fill="${palette.line}"/>`,
    );
  }
  for (const { node, x, y } of layout.nodes) {
    const isEvent = node.kind === 'event';
    const dash = node.isMissing ? ' stroke-dasharray="4 3"' : '';
    const round = isEvent ? nodeHeight / 2 : 4;
    parts.push(rect(x, y, nodeWidth, nodeHeight, palette.ground, `rx="${round}" stroke="${palette.line}"${dash}`));
    if (!isEvent) parts.push(rect(x, y, 3, nodeHeight, palette[node.kind]));
    const left = x + (isEvent ? 22 : 14);
    parts.push(words(left, y + 18, cut(node.name), palette.text));
    const counts = countsText(node);
    const isBad = (node.counts?.failed ?? 0) > 0;
    const below = counts === '' ? (node.detail === '' ? kindTitles[node.kind] : node.detail) : counts;
    parts.push(words(left, y + 34, cut(below, 30), isBad ? palette.bad : palette.quiet, 'font-size="11"'));
  }
  return `${parts.join('\n')}\n</g>\n</svg>\n`;
}

function cut(text: string, most = mostLetters): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
