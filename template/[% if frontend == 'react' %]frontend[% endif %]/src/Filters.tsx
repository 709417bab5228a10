import { type SubmitEvent, use } from "react";

import { eventTypes } from "./eventTypes.ts";
import type { Selection } from "./selection.ts";

const RANGES = [7, 30, 90];

interface Props {
  selection: Selection;
  /** Names beside those of the catalogue. */
  events?: string[];
  onChange: (selection: Selection) => void;
  onRefresh: () => void;
}

/** What is shown: the range, and the one kind of event that counts. */
export function Filters({ selection, events = [], onChange, onRefresh }: Props) {
  const { days, event } = selection;
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    onRefresh();
  };
  return (
    <form className="filters" id="filters" aria-label="Filters" onSubmit={submit}>
      <label className="field">
        <span>Range</span>
        <select
          name="days"
          value={days}
          onChange={({ target }) => onChange({ ...selection, days: Number(target.value) })}
        >
          {RANGES.map((range) => (
            <option key={range} value={range}>{`Last ${range} days`}</option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Event</span>
        <select
          name="event"
          value={event}
          onChange={({ target }) => onChange({ ...selection, event: target.value })}
        >
          <option value="">All events</option>
          {useOptions(events).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="button" id="refresh">
        Refresh
      </button>
    </form>
  );
}

// By what people call them.
function useOptions(events: string[]) {
  const labels = new Map(events.map((event) => [event, event]));
  for (const { event, label } of use(eventTypes())) labels.set(event, label || event);
  return [...labels].toSorted(([, one], [, other]) => one.localeCompare(other, "en"));
}
