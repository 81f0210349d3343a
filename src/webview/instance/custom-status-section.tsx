import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { jsonLine, prettyJson } from '../../base/json-text';
import { customStatusLimitKb } from '../../core/values/custom-status';
import { isTerminal } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import { customStatusMeter, customStatusSteps } from '../models/custom-status';
import { changedDay, clockText, durationText } from '../models/time-text';
import { CopyButton } from '../ui/copy-button';
import { JsonView } from '../ui/json-view';
import { Section } from '../ui/section';
import type { InstanceParts } from './panel-context';

/** Values shown before "Show all". */
const firstSteps = 50;

/** The value now, how full it is, and every value before it. */
export function CustomStatusSection({ parts }: { parts: InstanceParts }): JSX.Element {
  const { instance, snapshot, transport } = parts;
  const [all, setAll] = useState(false);
  const endMs = instance.completedTime === null ? null : fromTimestamp(instance.completedTime);
  const steps = customStatusSteps(snapshot.customStatusChanges, isTerminal(instance.runtimeStatus) ? endMs : null);
  const times = steps.map((step) => fromTimestamp(step.at));
  const days = times.map((ms, at) => changedDay(ms, times.at(at - 1)));
  const value = instance.customStatus;
  const meter = customStatusMeter(value);
  const title = 'Custom status';
  if (value === null && steps.length === 0) {
    return (
      <Section title={title} class="custom-status">
        <p class="quiet-text">
          {isTerminal(instance.runtimeStatus) ? 'None was set.' : 'None yet. The orchestrator’s code sets it.'}
        </p>
      </Section>
    );
  }
  return (
    <Section
      title={title}
      class="custom-status"
      actions={
        value === null ? undefined : (
          <CopyButton
            label="Copy the custom status"
            onCopy={() => transport.send({ type: 'copyText', text: prettyJson(value) })}
          />
        )
      }
    >
      <div class="status-now" aria-live="polite" data-testid="custom-status">
        {value === null || value === 'null' ? <p class="quiet-text">Cleared</p> : <JsonView text={value} label="Custom status" />}
      </div>
      <div class={`meter meter-${meter.level}`}>
        <div
          class="meter-track"
          role="meter"
          aria-label="Size of the custom status"
          aria-valuemin={0}
          aria-valuemax={customStatusLimitKb * 1024}
          aria-valuenow={Math.min(meter.bytes, customStatusLimitKb * 1024)}
          aria-valuetext={`${meter.bytes} bytes of ${customStatusLimitKb} KB`}
        >
          <div class="meter-fill" style={{ width: `${Math.max(meter.bytes > 0 ? 0.5 : 0, meter.ratio * 100)}%` }} />
        </div>
        <span class="meter-text">
          {meter.bytes.toLocaleString('en')} bytes of {customStatusLimitKb} KB
          {meter.level === 'over' ? ': over the limit' : ''}
        </span>
      </div>
      <ol
        class={`status-steps ${days.some((day) => day !== '') ? 'with-days' : ''}`}
        aria-label="Every value, newest first"
        reversed
      >
        {(all ? steps : steps.slice(0, firstSteps)).map((step, at) => (
          <li key={`${step.at}-${steps.length - at}`} class="status-step">
            <span class="step-dot" />
            <time dateTime={step.at} title={step.at}>
              {days[at]} {clockText(fromTimestamp(step.at))}
            </time>
            <code class="step-value" title={step.value ?? ''}>
              {jsonLine(step.value, 120) || 'cleared'}
            </code>
            <span class="step-stood">{step.stoodMs === null ? 'now' : durationText(step.stoodMs)}</span>
          </li>
        ))}
      </ol>
      {!all && steps.length > firstSteps ? (
        <button type="button" class="link" onClick={() => setAll(true)}>
          Show all {steps.length} values
        </button>
      ) : null}
    </Section>
  );
}
