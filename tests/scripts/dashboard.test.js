// What the dashboard makes of an answer before it draws it.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Labels } from "../../template/vendor/roost/src/roost/dashboard/static/js/labels.js";

const CATALOGUE = [
  { event: "sign_up", label: "Signed up", description: "Somebody created an account." },
  { event: "page_view", label: "Page viewed", description: "A page was opened." },
  { event: "bare", label: "", description: "" },
];

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("events go by the labels of the catalogue, others by their names", async () => {
  const labels = new Labels(Promise.resolve(CATALOGUE));
  await labels.ready();

  assert.deepEqual(labels.name([{ event: "sign_up", users: 3 }, { event: "bare" }, { step: 1 }]), [
    { event: "Signed up", users: 3 },
    { event: "bare" },
    { step: 1 },
  ]);
});

test("a select lists events by label and chooses them by name", async () => {
  const labels = new Labels(Promise.resolve(CATALOGUE));
  await labels.ready();

  assert.deepEqual(labels.options(["sign_up", "other", "page_view"]), [
    { value: "other", label: "other" },
    { value: "page_view", label: "Page viewed" },
    { value: "sign_up", label: "Signed up" },
  ]);
});

test("two events that would have the same name in a chart keep their own", async () => {
  const labels = new Labels(Promise.resolve(CATALOGUE));
  await labels.ready();
  const rows = [{ event: "sign_up" }, { event: "Signed up" }];

  assert.deepEqual(labels.name(rows), rows);
});

test("a catalogue that does not come holds up no chart", async () => {
  const labels = new Labels(new Promise(() => {}));

  mock.timers.tick(1500);
  await labels.ready();

  assert.equal(labels.of("sign_up"), "sign_up");
});
