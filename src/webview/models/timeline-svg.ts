/** A timeline as a picture that stands alone: the rows that are shown, on the ground of the theme. */
import { countText } from '../../base/count-text';
import { rect, round, words } from './svg-text';
import { axisMarks } from './time-axis';
import type { FoldedTime } from './folded-time';
import { densityOf, type TimelineRow } from './timeline-rows';
import { durationText } from './time-text';
import type { TimeWindow } from './time-window';

/** Colours as a browser writes them. */
export interface TimelinePalette {
  ground: string;
  text: string;
  quiet: string;
  line: string;
  activity: string;
  timer: string;
  event: string;
  child: string;
  failed: string;
}

export interface TimelinePicture {
  title: string;
  rows: readonly TimelineRow[];
  time: FoldedTime;
  shown: TimeWindow;
  nowMs: number;
  palette: TimelinePalette;
}

export const pictureWidth = 1200;
const labelWidth = 260;
const rowHeight = 24;
const headHeight = 64;
/** More rows make a picture that nothing opens. */
const mostRows = 2000;
const slotPx = 3;

export function timelineSvg({ title, rows, time, shown, nowMs, palette }: TimelinePicture): string {
  const chartWidth = pictureWidth - labelWidth - 90;
  const x = (ms: number): number =>
    labelWidth +
    Math.min(Math.max(((time.toShown(ms) - shown.fromMs) / (shown.toMs - shown.fromMs)) * chartWidth, 0), chartWidth);
  const drawn = rows.slice(0, mostRows);
  const height = headHeight + (drawn.length + (rows.length > mostRows ? 1 : 0)) * rowHeight + 12;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pictureWidth}" height="${height}" viewBox="0 0 ${pictureWidth} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<defs><pattern id="open" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="8" fill="#fff" fill-opacity="0.35"/></pattern></defs>',
    rect(0, 0, pictureWidth, height, palette.ground),
    words(12, 22, title, palette.text, 'font-size="14" font-weight="600"'),
  ];
  for (const { left, text, kind } of axisMarks(time, shown, chartWidth)) {
    const at = labelWidth + left;
    parts.push(words(at, headHeight - 12, text, palette.quiet, 'text-anchor="middle"'));
    const style = kind === 'fold' ? ' stroke-dasharray="2 3"' : '';
    parts.push(
      `<line x1="${round(at)}" y1="${headHeight - 6}" x2="${round(at)}" y2="${height}" stroke="${palette.line}"${style}/>`,
    );
  }
  drawn.forEach((row, index) => {
    const top = headHeight + index * rowHeight;
    const indent = 12 + row.depth * 14;
    if (row.type === 'note') {
      parts.push(words(indent, top + 16, row.text, palette.quiet, 'font-style="italic"'));
    } else if (row.type === 'group') {
      parts.push(words(indent, top + 16, cut(`${row.label} × ${row.bars.length}`, row.depth), palette.text));
      const from = labelWidth;
      const count = Math.floor(chartWidth / slotPx);
      const { most, slots } = densityOf(row.bars, count, (ms) => (x(ms) - from) / slotPx, nowMs);
      slots.forEach(({ bars, failed }, slot) => {
        const tall = most === 0 ? 0 : (bars / most) * (rowHeight - 6);
        if (bars > 0) {
          parts.push(
            rect(from + slot * slotPx, top + rowHeight - 3 - tall, slotPx, tall, failed > 0 ? palette.failed : palette[row.kind]),
          );
        }
      });
      const p50 = row.p50Ms === null ? '' : `p50 ${durationText(row.p50Ms)}`;
      parts.push(words(labelWidth + chartWidth + 6, top + 16, p50, palette.quiet));
    } else {
      const { bar } = row;
      const [left, right] = [x(bar.startMs), x(bar.endMs ?? nowMs)];
      const width = Math.max(2, right - left);
      const isOpen = bar.state === 'open';
      const colour = bar.state === 'failed' ? palette.failed : palette[bar.kind];
      const faint = bar.state === 'abandoned' || bar.startIsGuess ? ' fill-opacity="0.35"' : '';
      parts.push(words(indent, top + 16, cut(bar.label, row.depth), palette.text));
      parts.push(rect(left, top + 5, width, rowHeight - 10, colour, `rx="2"${faint}`));
      if (isOpen) parts.push(rect(left, top + 5, width, rowHeight - 10, 'url(#open)'));
      if (bar.endMs !== null) {
        parts.push(words(left + width + 5, top + 16, durationText(bar.endMs - bar.startMs), palette.quiet, 'font-size="11"'));
      }
    }
  });
  if (rows.length > mostRows) {
    const more = `and ${countText(rows.length - mostRows, 'row')} more`;
    parts.push(words(12, height - 14, more, palette.quiet, 'font-style="italic"'));
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

function cut(text: string, depth: number): string {
  const room = Math.max(8, Math.floor((labelWidth - 24 - depth * 14) / 7));
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
