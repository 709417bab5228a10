// Tinybird's rows made ready for a chart: times as numbers, buckets with their end and a label.

import { wallTime } from "./dates.js";

/**
 * @typedef {import("../../../roost.js").Row} Row
 * @typedef {import("./filters.js").Granularity} Granularity
 */

const DATE_TYPE = /^(?:LowCardinality\()?(?:Nullable\()?Date/;
const HOUR_MS = 3_600_000;
const STEP_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS };
/** @type {Record<Granularity, Intl.DateTimeFormatOptions>} */
const LABELS = {
  hour: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  day: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  week: { day: "numeric", month: "short", year: "numeric" },
  month: { month: "long", year: "numeric" },
};

/**
 * Return the rows of an answer, with dates, times and `bucket` as ms.
 * @param {Pick<import("../../../roost.js").Answer, "meta" | "data">} answer
 * @returns {Row[]} a wall-clock time reads as if it were UTC, which is how charts show it
 */
export function rowsOf({ meta, data }) {
  const isTime = meta.filter(({ name, type }) => name === "bucket" || DATE_TYPE.test(type));
  const times = isTime.map(({ name }) => name);
  return data.map((row) => {
    const read = times.map((name) => [name, row[name] === null ? null : readTime(row[name])]);
    return { ...row, ...Object.fromEntries(read) };
  });
}

/**
 * Give each bucket its end and its label, and leave out those that are still to come.
 * @param {Row[]} rows with a `bucket`
 * @param {Granularity} granularity
 * @param {string} timezone
 * @param {Date} [now]
 * @returns {Row[]}
 */
export function labelBuckets(rows, granularity, timezone, now = new Date()) {
  const wallNow = wallTime(timezone, now);
  return rows
    .filter(({ bucket }) => bucket <= wallNow)
    .map((row) => ({
      ...row,
      bucket_end: nextBucket(row.bucket, granularity),
      label: bucketLabel(row.bucket, granularity),
    }));
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

// `2026-11-23`, `2026-11-23 14:00:00.000` or `2026-11-23T14:00:00+01:00`: what the wall says.
/** @param {string} text */
function readTime(text) {
  const [day, time = "00:00:00"] = text.split(/[ T]/);
  return Date.parse(`${day}T${time.replace(/[+-]\d\d:\d\d$|Z$/, "")}Z`);
}

/**
 * @param {number} ms
 * @param {Granularity} granularity
 */
function nextBucket(ms, granularity) {
  if (granularity !== "month") return ms + STEP_MS[granularity];
  const date = new Date(ms);
  return date.setUTCMonth(date.getUTCMonth() + 1);
}

/**
 * @param {number} ms
 * @param {Granularity} granularity
 */
function bucketLabel(ms, granularity) {
  const format = new Intl.DateTimeFormat("en-GB", { ...LABELS[granularity], timeZone: "UTC" });
  return granularity === "week" ? `Week of ${format.format(ms)}` : format.format(ms);
}
