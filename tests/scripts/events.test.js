import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { login, network, service } from "./fresh.js";
import { json, pass, settle, tell } from "./page.js";
import { ADA_AT_GLOBEX, LINUS_AT_ACME, begin } from "./tenants.js";

const EVENTS = "/api/events";

test("events of half a second go in one request of the session's", async () => {
  const roost = begin(login);
  await settle();

  const kept = [roost.track("opened", { page: 1 }), roost.track("closed")];
  await pass(1000);

  assert.deepEqual(kept, [true, true]);
  const [request] = network.asked(EVENTS);
  assert.deepEqual(names(request), ["opened", "closed"]);
  assert.equal(request.headers.get("X-Expected-Tenant"), "org_acme");
  const [{ event_id, ...row }] = JSON.parse(request.body);
  assert.match(event_id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(row, {
    event: "opened",
    session_id: "sess_1",
    timestamp: "2026-11-29T12:00:00.000Z",
    properties: { page: 1 },
  });
});

test("without anybody signed in an event is not kept", async () => {
  login.who = null;
  const roost = begin(login);
  await settle();

  assert.equal(roost.track("opened"), false);
  login.who = LINUS_AT_ACME;
  await pass(10_000);

  assert.deepEqual(network.asked(EVENTS), []);
});

test("events that find no network go when there is one, under the same id", async () => {
  const roost = begin(login);
  await settle();
  network.isOffline = true;
  roost.track("opened");
  await pass(1000);
  network.isOffline = false;
  await pass(5000);

  const [first, second, ...more] = network.asked(EVENTS);
  assert.equal(first.body, second.body);
  assert.deepEqual(more, []);
});

test("events of one tenant never go to another", async () => {
  const roost = begin(login);
  await settle();
  roost.track("of acme");

  login.who = ADA_AT_GLOBEX;
  await roost.token();
  roost.track("of globex");
  await pass(2000);

  const sent = network.asked(EVENTS);
  assert.deepEqual(sent.map(names), [["of globex"]]);
  assert.equal(sent[0].headers.get("X-Expected-Tenant"), "org_globex");
});

test("another user sends nothing of the former one's", async () => {
  const roost = begin(login);
  await settle();
  roost.track("of ada");

  login.who = LINUS_AT_ACME;
  await roost.token();
  await pass(5000);

  assert.deepEqual(network.asked(EVENTS), []);
});

test("who signs in again sends nothing of what waited before", async () => {
  const roost = begin(login);
  await settle();
  roost.track("of ada");

  const { who } = login;
  login.who = null;
  await assert.rejects(roost.token(), { kind: "signed-out" });
  login.who = who;
  await roost.token();
  await pass(5000);

  assert.deepEqual(network.asked(EVENTS), []);
});

test("of a batch that is refused the bad event alone is dropped", async () => {
  const warn = mock.method(console, "warn", () => {});
  network.on(EVENTS, () => {
    const { body } = network.requests[network.requests.length - 1];
    return body.includes("bad") ? json({ detail: "A bad row." }, 400) : service.taken();
  });
  const roost = begin(login);
  await settle();

  for (const event of ["one", "bad", "three"]) roost.track(event);
  await pass(1000);

  const taken = network
    .asked(EVENTS)
    .map(names)
    .filter((sent) => !sent.includes("bad"));
  assert.deepEqual(taken.flat().toSorted(), ["one", "three"]);
  assert.equal(warn.mock.callCount(), 1);
});

test("what waits when the page goes away is sent past its end", async () => {
  const roost = begin(login);
  await settle();
  roost.track("opened");
  roost.track("left");

  tell("pagehide");

  const [request] = network.asked(EVENTS);
  assert.deepEqual([names(request), request.keepalive], [["opened", "left"], true]);
  assert.match(request.headers.get("Authorization") ?? "", /^Bearer /);
});

/** @param {{body: string}} request */
function names({ body }) {
  return JSON.parse(body).map((/** @type {{event: string}} */ { event }) => event);
}
