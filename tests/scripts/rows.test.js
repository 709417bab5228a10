// Tinybird's rows, made ready to be drawn.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import {
  isEmpty,
  preparedRows,
  rowsOf,
} from "../../template/vendor/roost/src/roost/browser/roost-chart.js";
import { closePage, openPage } from "./page.js";

// It is noon in UTC on 29 November 2026.
beforeEach(() => void openPage());
afterEach(closePage);

test("a time is what the wall says, as if it were UTC", () => {
  const meta = [
    { name: "day", type: "Nullable(Date)" },
    { name: "at", type: "DateTime64(3)" },
    { name: "name", type: "String" },
  ];
  const data = [{ day: null, at: "2026-11-23 14:00:00.000", name: "2026" }];

  assert.deepEqual(rowsOf({ meta, data }), [
    { day: null, at: Date.parse("2026-11-23T14:00:00Z"), name: "2026" },
  ]);
});

for (const [params, buckets, labels] of /** @type {[object, string[], string[]][]} */ ([
  [{}, ["2026-11-27", "2026-11-28"], ["Fri, 27 Nov 2026", "Sat, 28 Nov 2026"]],
  [{}, ["2026-11-29 10:00:00", "2026-11-29 11:00:00"], ["Sun 29 Nov, 10:00", "Sun 29 Nov, 11:00"]],
  [{}, ["2026-10-01", "2026-11-01"], ["October 2026", "November 2026"]],
  [{ granularity: "week" }, ["2026-11-23"], ["Week of 23 Nov 2026"]],
  [{ granularity: "year" }, ["2026-11-23"], ["Mon, 23 Nov 2026"]],
])) {
  test(`a series of ${buckets.join(", ")} is labelled ${labels.join(" and ")}`, () => {
    const rows = preparedRows(series(buckets), { ...params });

    assert.deepEqual(
      rows.map(({ label }) => label),
      labels,
    );
  });
}

test("a bucket is left out while it is still to come where the reader is", () => {
  const hours = series(["2026-11-29 12:00:00", "2026-11-29 13:00:00", "2026-11-29 14:00:00"]);

  assert.equal(preparedRows(hours, { timezone: "Europe/Berlin" }).length, 2);
  assert.equal(preparedRows(hours, {}).length, 1);
});

test("a month ends where the next one begins", () => {
  const [month] = preparedRows(series(["2026-02-01"]), { granularity: "month" });

  assert.equal(month.bucket_end, Date.parse("2026-03-01T00:00:00Z"));
});

test("nothing is what has no rows, or counts that are all zero", () => {
  assert.equal(isEmpty([]), true);
  assert.equal(isEmpty([{ events: 0, users: 0 }, { events: 0 }]), true);
  assert.equal(isEmpty([{ events: 0 }, { events: 1 }]), false);
  assert.equal(isEmpty([{ amount: 0 }]), false);
});

/** @param {string[]} buckets */
function series(buckets) {
  const meta = [{ name: "bucket", type: "String" }];
  return { meta, data: buckets.map((bucket) => ({ bucket })) };
}
