// The React bindings: what a component is given, and what is left of a tenant.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { register } from "node:module";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { drawRows, openDocument } from "./elements.js";
import { npm } from "./npm.js";
import { APP, closePage, json, openPage, pass, settle } from "./page.js";
import { ADA_AT_ACME, ADA_AT_GLOBEX, Login, ROWS, Service, TOKEN, claims } from "./tenants.js";

register("./resolving.js", import.meta.url);
openDocument();
const { StrictMode, createElement } = await import("react");
const { flushSync } = await import("react-dom");
const { createRoot } = await import("react-dom/client");
const {
  Chart,
  TinybirdProvider,
  useTenant,
  useTinybirdEndpoints,
  useTinybirdQuery,
  useTinybirdToken,
} = await import("roost-react");

const PACKAGE = new URL("../../template/vendor/roost/src/roost/react/", import.meta.url);

/** @type {import("./page.js").Network} */
let network;
/** @type {Login} */
let login;
/** @type {Service} */
let service;
/** @type {import("react-dom/client").Root} */
let root;

beforeEach(() => {
  network = openPage();
  login = new Login();
  service = new Service(network);
  service.rps = 100;
  window.vegaEmbed = drawRows;
  network.on("/static/charts/top_events.json", () => json({ height: 100 }));
  const host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});

afterEach(async () => {
  root.unmount();
  await settle();
  document.body.replaceChildren();
  closePage();
});

function Token() {
  const { token, error, status } = useTinybirdToken();
  const number = token && claims(new Headers({ Authorization: `Bearer ${token}` })).n;
  return `${status} ${number} ${error?.message ?? ""}`;
}

/** @param {{limit?: number}} params */
function Rows({ limit }) {
  const { data, error, status, refresh } = useTinybirdQuery("top_events", { limit });
  const rows = data?.map(({ event }) => event).join() ?? "none";
  return createElement("button", { onClick: refresh }, `${status} ${rows} ${error?.message ?? ""}`);
}

/** @type {Set<string>} */
const drawn = new Set();

function RowsOfTenant() {
  const { tenantId } = useTenant();
  const { data } = useTinybirdQuery("top_events");
  for (const { event } of data ?? []) drawn.add(`${event} for ${tenantId}`);
  return null;
}

function Tenant() {
  const { state, tenantId, orgName } = useTenant();
  const { endpoints } = useTinybirdEndpoints();
  return `${state} ${tenantId} ${orgName} ${endpoints}`;
}

test("a component has the token, and another one before that expires", async () => {
  await show(createElement(Token));
  const first = shown();
  await pass(290_000);

  assert.deepEqual([first, shown()], ["ready 1 ", "ready 2 "]);
  assert.equal(network.asked(TOKEN).length, 2);
});

test("a component has no token while nobody is signed in, and has one then", async () => {
  login.who = null;
  await show(createElement(Token));
  const before = shown();
  login.who = ADA_AT_ACME;
  await pass(6000);

  assert.deepEqual([before, shown()], ["signed-out null ", "ready 1 "]);
});

test("where the app reads for its pages there is no token, and a sentence", async () => {
  await show(createElement(Token), { tinybird: { api_url: null } });

  assert.equal(shown(), "error null This page reads through the app, without a token.");
});

test("rows are read, and again with other parameters while the last ones stay", async () => {
  await show(createElement(Rows, { limit: 1 }));
  const first = shown();
  let answer = () => {};
  const data = [{ event: "sign_up" }];
  network.on(ROWS, () => new Promise((done) => (answer = () => done(json({ data })))));
  await show(createElement(Rows, { limit: 2 }));
  const meanwhile = shown();
  answer();
  await settle();

  assert.deepEqual([first, meanwhile], ["ready of org_acme ", "loading of org_acme "]);
  assert.equal(shown(), "ready sign_up ");
  assert.equal(network.asked(ROWS)[1]?.url.search, "?limit=2");
});

test("rows are read again when a component asks for it", async () => {
  await show(createElement(Rows));
  document.querySelector("button")?.click();
  await settle();

  assert.equal(network.asked(ROWS).length, 2);
  assert.equal(shown(), "ready of org_acme ");
});

test("a tenant's rows are gone as soon as another is chosen, and never come back", async () => {
  await show(createElement(Rows));
  let answer = () => {};
  network.on(ROWS, () => new Promise((done) => (answer = () => done(json({ data: [] })))));
  login.who = ADA_AT_GLOBEX;
  await pass(6000);

  assert.equal(shown(), "loading none ");
  answer();
  await settle();
  assert.equal(shown(), "ready  ");
});

test("another session begins anew, without a row of the former one", async () => {
  await show(createElement(Rows));
  const before = shown();
  await show(createElement(Rows), { session: () => new Promise(() => {}) });

  assert.deepEqual([before, shown()], ["ready of org_acme ", "loading none "]);
});

test("no drawing of a component has one tenant's rows beside another tenant", async () => {
  await show(createElement(RowsOfTenant));
  login.who = ADA_AT_GLOBEX;
  await pass(6000);

  assert.deepEqual([...drawn], ["of org_acme for org_acme", "of org_globex for org_globex"]);
});

test("an outage is one sentence until it is over", async () => {
  network.on(ROWS, () => json({}, 503));
  await show(createElement(Rows));
  const during = shown();
  network.on(ROWS, () => json({ meta: [], data: [{ event: "sign_up" }] }));
  await pass(5000);

  assert.equal(during, "error none The analytics data (Tinybird) cannot be reached.");
  assert.equal(shown(), "ready sign_up ");
});

test("what fails for good is asked once", async () => {
  network.on(ROWS, () => json({}, 400));
  await show(createElement(Rows));
  await pass(60_000);

  assert.equal(network.asked(ROWS).length, 1);
  assert.equal(shown(), "error none The analytics data (Tinybird) has no answer to this.");
});

test("the page's first token spares a request, and names its organization until a switch", async () => {
  const answer = await (
    await service.token(new Headers({ "X-Expected-Tenant": "org_acme" }))
  ).json();
  const initialToken = { ...answer, user_id: "user_ada" };
  flushSync(() => render(createElement(Tenant), { initialToken, initialOrgName: "Acme" }));
  const first = shown();
  await settle();

  assert.equal(first, "switching undefined Acme null");
  assert.equal(shown(), "ready org_acme Acme top_events");
  assert.equal(network.asked(TOKEN).length, 0);

  login.who = ADA_AT_GLOBEX;
  await pass(6000);
  assert.equal(shown(), "ready org_globex  top_events");
});

test("a chart is drawn for the provider's tenant, and again with other parameters", async () => {
  const chart = (/** @type {number} */ limit) =>
    createElement(Chart, {
      endpoint: "top_events",
      params: { limit },
      loading: "eager",
      className: "wide",
    });
  await show(chart(5));
  render(chart(5));
  await settle();
  render(chart(7));
  await settle();

  const element = document.querySelector("roost-chart");
  assert.equal(element?.outerHTML.includes('class="wide"'), true, element?.outerHTML);
  assert.equal(element?.state, "ready");
  assert.equal(element?.label, "Top events");
  const asked = network.asked(ROWS).map(({ url }) => url.search);
  assert.deepEqual(asked, ["?limit=5", "?limit=7"]);
});

test("a page that React begins twice asks for one token, and one that ends asks no more", async () => {
  await show(createElement(Rows), {}, StrictMode);
  const minted = network.asked(TOKEN).length;
  root.render(null);
  await pass(600_000);

  assert.equal(minted, 1);
  assert.equal(network.asked(TOKEN).length, 1);
});

test("the package holds the modules and their declaration, and nothing else", () => {
  const [{ files }] = JSON.parse(npm(["pack", "--json", "--dry-run"], fileURLToPath(PACKAGE)));
  /** @type {{path: string}[]} */
  const packed = files;

  const kept = readdirSync(PACKAGE).filter((name) => /\.js$|\.d\.ts$|^package\.json$/.test(name));
  assert.deepEqual(packed.map(({ path }) => path).toSorted(), kept.toSorted());
});

test("the declaration names all that the package offers, and no more", async () => {
  const declared = readFileSync(new URL("index.d.ts", PACKAGE), "utf8");
  const names = [...declared.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);

  assert.deepEqual(names.toSorted(), Object.keys(await import("roost-react")).toSorted());
});

test("a hook without a provider says what is missing", async () => {
  /** @type {unknown[]} */
  const errors = [];
  root = createRoot(document.body, { onUncaughtError: (error) => errors.push(error) });
  root.render(createElement(Token));
  await settle();

  assert.match(String(errors[0]), /needs a TinybirdProvider around it/);
});

/**
 * @param {import("react").ReactNode} children
 * @param {Partial<import("roost-react").TinybirdProviderProps>} [options]
 * @param {any} [around]
 */
function render(children, options, around = "main") {
  const props = { url: APP, session: login.give, onEnd: () => {}, ...options };
  const provider = createElement(TinybirdProvider, props, children);
  root.render(createElement(around, null, provider));
}

/** @param {Parameters<typeof render>} page */
async function show(...page) {
  render(...page);
  await settle();
}

function shown() {
  return document.body.textContent ?? "";
}
