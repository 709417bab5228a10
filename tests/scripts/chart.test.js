// A chart in a page: what it says in each state, and what is left of a tenant.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { drawRows, openDocument, scrollToCharts } from "./elements.js";
import { closePage, json, openPage, pass, settle } from "./page.js";
import { ADA_AT_GLOBEX, Login, ROWS, Service, begin, closeAll } from "./tenants.js";

openDocument();
const { connectCharts } =
  await import("../../template/vendor/roost/src/roost/browser/roost-chart.js");

/** @typedef {import("../../template/vendor/roost/src/roost/browser/roost-chart.js").RoostChart} RoostChart */

const SPEC = "/static/charts/top_events.json";
const META = [
  { name: "event", type: "String" },
  { name: "events", type: "UInt64" },
];
const DATA = [{ event: "signed_up", events: 3 }];

/** @type {import("./page.js").Network} */
let network;
/** @type {Login} */
let login;
/** @type {Service} */
let service;

beforeEach(() => {
  network = openPage();
  login = new Login();
  service = new Service(network);
  service.rps = 100;
  window.vegaEmbed = drawRows;
  network.on(SPEC, () => json({ height: 100 }));
  network.on(ROWS, () => json({ meta: META, data: DATA }));
});

afterEach(() => {
  closeAll();
  document.body.replaceChildren();
  document.head.replaceChildren();
  closePage();
});

test("a chart is drawn from the project's spec, and can be read as a table", async () => {
  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.equal(chart.dataset.state, "ready");
  assert.equal(drawn(chart), JSON.stringify(DATA));
  assert.equal(text(chart, "caption"), "Top events");
  assert.deepEqual(cells(chart), ["Event", "Events", "signed_up", "3"]);
});

test("the table of a series has the labels that the drawing has, and other days as days", async () => {
  const meta = [
    { name: "bucket", type: "String" },
    { name: "since", type: "Date" },
    { name: "kind", type: "Enum8('Date' = 1)" },
    { name: "events", type: "UInt64" },
  ];
  const data = [{ bucket: "2026-11-28", since: "2026-11-02", kind: "Date", events: 1 }];
  network.on(ROWS, () => json({ meta, data }));

  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.deepEqual(cells(chart).slice(4), ["Sat, 28 Nov 2026", "2026-11-02", "Date", "1"]);
});

test("nothing is read, and no Vega loaded, before the chart comes into view", async () => {
  delete window.vegaEmbed;
  connectCharts(begin(login));
  document.body.innerHTML = '<roost-chart endpoint="top_events"></roost-chart>';
  await settle();

  assert.equal(network.asked(ROWS).length, 0);
  assert.equal(document.head.querySelector("script"), null);

  scrollToCharts();
  await settle();
  assert.equal(network.asked(ROWS).length, 1);
});

test("an eager chart is drawn before it comes into view", async () => {
  connectCharts(begin(login));
  document.body.innerHTML = '<roost-chart endpoint="top_events" loading="eager"></roost-chart>';
  await settle();

  assert.equal(document.querySelector("roost-chart")?.state, "ready");
});

test("parameters go to the endpoint, and others are asked for at once", async () => {
  const chart = await shown(
    `<roost-chart endpoint="top_events" params='{"limit": 5}'></roost-chart>`,
  );
  chart.params = { limit: 7 };
  chart.label = "Best events";
  await settle();

  const asked = network.asked(ROWS).map(({ url }) => url.search);
  assert.deepEqual(asked, ["?limit=5", "?limit=7"]);
  assert.equal(text(chart, "caption"), "Best events");
});

test("a spec of the page's own is an address", async () => {
  network.on("/mine.json", () => json({ height: 100 }));

  const chart = await shown('<roost-chart endpoint="top_events" spec="/mine.json"></roost-chart>');

  assert.equal(chart.state, "ready");
  assert.equal(network.asked("/mine.json")[0]?.url.href, "https://owner.test/mine.json");
});

test("a tenant's rows are gone as soon as another is chosen", async () => {
  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');
  network.on(ROWS, () => new Promise(() => {}));
  login.who = ADA_AT_GLOBEX;
  await pass(300_000);

  assert.equal(chart.state, "loading");
  assert.equal(text(chart, ".note"), "Loading …");
  assert.deepEqual([drawn(chart), cells(chart)], ["", []]);
  assert.equal(new Set(network.asked(ROWS).map(tenantAsked)).size, 2);
});

for (const [data, sentence] of /** @type {const} */ ([
  [[], "There is nothing to show yet."],
  [[{ event: "signed_up", events: 0 }], "There is nothing to show yet."],
])) {
  test(`${data.length} rows without a count say that there is nothing`, async () => {
    network.on(ROWS, () => json({ meta: META, data }));

    const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

    assert.deepEqual([chart.state, text(chart, ".note")], ["empty", sentence]);
  });
}

test("rows without a count of events or users are drawn", async () => {
  const data = [{ amount: 0 }];
  network.on(ROWS, () => json({ meta: [{ name: "amount", type: "UInt64" }], data }));

  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.equal(drawn(chart), JSON.stringify(data));
});

test("a chart that is asked for too often says so, and comes back by itself", async () => {
  network.on(ROWS, () => json({}, 429, { "Retry-After": "60" }));
  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.equal(chart.state, "limited");
  assert.equal(
    text(chart, ".note"),
    "This chart is asked for too often at the moment: it will try again by itself.",
  );

  network.on(ROWS, () => json({ meta: META, data: DATA }));
  await pass(59_000);
  assert.equal(chart.state, "limited");
  await pass(2_000);
  assert.equal(chart.state, "ready");
});

test("an outage is one sentence until it is over", async () => {
  network.on(ROWS, () => json({}, 503));
  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.equal(chart.state, "error");
  assert.match(text(chart, ".note"), /^The analytics data \(Tinybird\) .*\.$/);

  network.on(ROWS, () => json({ meta: META, data: DATA }));
  await pass(3_000);
  assert.equal(chart.state, "ready");
});

test("a spec that is not there is said", async () => {
  network.on(SPEC, () => json({}, 404));

  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.equal(text(chart, ".note"), "The file of this chart is missing.");
});

test("parameters that are no JSON are said", async () => {
  const chart = await shown(
    '<roost-chart endpoint="top_events" params="{limit: 5}"></roost-chart>',
  );

  assert.equal(text(chart, ".note"), "The parameters of this chart are no JSON.");
});

test("nobody who is signed out sees a chart", async () => {
  login.who = null;

  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');

  assert.deepEqual([chart.state, text(chart, ".note")], ["error", "You are signed out."]);
});

test("a chart may read from a source of its own, given before it was known", async () => {
  const chart = document.createElement("roost-chart");
  chart.endpoint = "top_events";
  chart.roost = begin(login);
  document.body.append(chart);
  scrollToCharts();
  await settle();

  assert.equal(chart.state, "ready");
});

test("a chart that leaves the page asks no more", async () => {
  network.on(ROWS, () => json({}, 503));
  const chart = await shown('<roost-chart endpoint="top_events"></roost-chart>');
  const asked = network.asked(ROWS).length;
  chart.remove();
  await pass(60_000);

  assert.equal(network.asked(ROWS).length, asked);
});

/** @param {string} html with one chart, which comes into view */
async function shown(html) {
  connectCharts(begin(login));
  document.body.innerHTML = html;
  scrollToCharts();
  await settle();
  const chart = document.querySelector("roost-chart");
  assert.ok(chart);
  return chart;
}

/**
 * @param {RoostChart} chart
 * @param {string} selector
 */
function text(chart, selector) {
  return chart.shadowRoot?.querySelector(selector)?.textContent ?? "";
}

/** @param {RoostChart} chart */
function drawn(chart) {
  return text(chart, ".plot svg");
}

/** @param {RoostChart} chart */
function cells(chart) {
  const found = chart.shadowRoot?.querySelectorAll(".table :is(th, td)") ?? [];
  return [...found].map(({ textContent }) => textContent);
}

/** @param {{headers: Headers}} request */
function tenantAsked({ headers }) {
  return headers.get("Authorization");
}
