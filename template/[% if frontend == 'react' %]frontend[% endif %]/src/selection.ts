// What the reader wants to see, and the parameters of endpoints that say so.

import { wallClock } from "roost/chart";

export interface Selection {
  /** How many days, today included. */
  days: number;
  /** The one kind of event that counts; all if empty. */
  event: string;
}

export interface Period {
  date_from: string;
  date_to: string;
  timezone: string;
}

const DAY_MS = 86_400_000;

/** Return the days up to today, in the reader's time zone. */
export function lastDays(days: number): Period {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const date_to = wallClock(timezone, new Date()).slice(0, 10);
  return { date_from: addDays(date_to, 1 - days), date_to, timezone };
}

/** Return a period from the Monday of its first week on, so that no week lacks its beginning. */
export function wholeWeeks(period: Period): Period {
  const weekday = (new Date(period.date_from).getUTCDay() + 6) % 7;
  return { ...period, date_from: addDays(period.date_from, -weekday) };
}

function addDays(day: string, days: number) {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
