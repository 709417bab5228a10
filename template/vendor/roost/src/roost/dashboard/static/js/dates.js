// Calendar days as `YYYY-MM-DD`, in the time zone that the reader chose.

import { wallClock } from "../../../roost-chart.js";

const DAY_MS = 86_400_000;

/**
 * Return the day that it is in a time zone.
 * @param {string} timezone
 * @param {Date} [now]
 * @returns {string}
 */
export function today(timezone, now = new Date()) {
  return wallClock(timezone, now).slice(0, 10);
}

/**
 * Move a day.
 * @param {string} day
 * @param {number} days negative goes back
 * @returns {string}
 */
export function addDays(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Return the Monday of a day's week.
 * @param {string} day
 * @returns {string}
 */
export function mondayOf(day) {
  return addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
}

/**
 * Count the days of a range, both ends included.
 * @param {{from: string, to: string}} range
 * @returns {number}
 */
export function daysIn({ from, to }) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/**
 * Return the range of equal length that ends the day before this one.
 * @param {{from: string, to: string}} range
 * @returns {{from: string, to: string}}
 */
export function rangeBefore(range) {
  const days = daysIn(range);
  return { from: addDays(range.from, -days), to: addDays(range.from, -1) };
}

/**
 * Return the time zones to choose from.
 * @param {string} own the reader's, listed even if the browser forgets it
 * @returns {string[]}
 */
export function timezones(own) {
  return [...new Set(["UTC", own, ...Intl.supportedValuesOf("timeZone")])].toSorted();
}

/**
 * Return the browser's time zone.
 * @returns {string}
 */
export function ownTimezone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/**
 * Write a moment the way the reader's clock would.
 * @param {number} ms UTC
 * @param {string} timezone
 * @returns {string}
 */
export function momentLabel(ms, timezone) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(ms);
}
