import type { JSX } from 'preact';
import { timelineSvg, type TimelinePicture } from '../models/timeline-svg';
import { colourOf, SavePicture } from '../ui/save-picture';
import type { InstanceParts } from './panel-context';

interface TimelineExportProps {
  parts: InstanceParts;
  picture: () => Omit<TimelinePicture, 'title' | 'palette'>;
}

/** The rows that are shown, as a picture in a file. */
export function TimelineExport({ parts, picture }: TimelineExportProps): JSX.Element {
  const { instance, store, tell } = parts;
  return (
    <SavePicture
      label="Save the timeline as a picture"
      name={`timeline-${instance.instanceId}`}
      svg={() =>
        timelineSvg({
          ...picture(),
          title: `${instance.name} · ${instance.instanceId}`,
          palette: {
            ground: colourOf('var(--ground)'),
            text: colourOf('var(--text)'),
            quiet: colourOf('var(--quiet)'),
            line: colourOf('var(--line)'),
            activity: colourOf('var(--vscode-charts-blue)'),
            timer: colourOf('var(--vscode-charts-yellow)'),
            event: colourOf('var(--vscode-charts-purple)'),
            child: colourOf('var(--vscode-charts-green)'),
            failed: colourOf('var(--bad)'),
          },
        })
      }
      save={(name, text, encoding) => store.saveText(name, text, encoding)}
      tell={tell}
    />
  );
}
