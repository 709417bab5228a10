// Tinybird's rows made ready for a chart; roost-chart.d.ts says what each function does.

/**
 * @typedef {import("./roost.js").Row} Row
 * @typedef {import("./roost-chart.js").Granularity} Granularity
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

/** @type {typeof import("./roost-chart.js").rowsOf} */
export function rowsOf({ meta, data }) {
  const isTime = meta.filter(({ name, type }) => name === "bucket" || DATE_TYPE.test(type));
  const times = isTime.map(({ name }) => name);
  return data.map((row) => {
    const read = times.map((name) => [name, row[name] === null ? null : readTime(row[name])]);
    return { ...row, ...Object.fromEntries(read) };
  });
}

/** @type {typeof import("./roost-chart.js").labelBuckets} */
export function labelBuckets(rows, granularity, timezone, now = new Date()) {
  const wallNow = readTime(wallClock(timezone, now));
  return rows
    .filter(({ bucket }) => bucket <= wallNow)
    .map((row) => ({
      ...row,
      bucket_end: nextBucket(row.bucket, granularity),
      label: bucketLabel(row.bucket, granularity),
    }));
}

/** @param {Row[]} rows */
export function stepOf([first, second]) {
  const hours = second ? (second.bucket - first.bucket) / HOUR_MS : 24;
  if (hours < 24) return "hour";
  if (hours < 7 * 24) return "day";
  return hours < 28 * 24 ? "week" : "month";
}

/** @type {typeof import("./roost-chart.js").isEmpty} */
export function isEmpty(rows) {
  return rows.every((row) => ("events" in row || "users" in row) && !row.events && !row.users);
}

// Sweden writes dates as ISO 8601 does.
/** @type {typeof import("./roost-chart.js").wallClock} */
export function wallClock(timezone, now) {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(now);
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
