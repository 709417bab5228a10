import assert from "node:assert/strict";
import { test } from "node:test";

import { login, network, service } from "./fresh.js";
import { json, pass, settle } from "./page.js";
import { ROWS, TOKEN, begin, claims } from "./tenants.js";

const THROUGH_APP = { tinybird: { api_url: null, rps: 10 } };
const READ = "/api/analytics/top_events";

test("parameters are written in one order, empty ones left out", async () => {
  const roost = begin(login);

  await roost.query("top_events", {
    limit: 5,
    event: "",
    date_from: "2026-11-01",
    steps: ["a", "b"],
  });

  const [{ url }] = network.asked(ROWS);
  assert.equal(url.search, "?date_from=2026-11-01&limit=5&steps=a%2Cb");
});

for (const status of [401, 403]) {
  test(`a token that Tinybird refuses with ${status} is replaced once`, async () => {
    network.on(ROWS, (_, headers) =>
      claims(headers).n === 1 ? json({ error: "no" }, status) : service.rows(headers),
    );
    const roost = begin(login);

    const rows = await roost.query("top_events");

    assert.deepEqual(rows, [{ event: "of org_acme" }]);
    assert.equal(service.minted, 2);
  });

  test(`a second ${status} is told`, async () => {
    network.on(ROWS, () => json({ error: "no" }, status));
    const roost = begin(login);

    await assert.rejects(roost.query("top_events"), { kind: "refused", status });

    assert.equal(network.asked(ROWS).length, 2);
  });
}

test("a token that was refused is not taken from another tab", async () => {
  const [one, other] = [begin(login), begin(login)];
  await Promise.all([one.token(), other.token()]);
  network.on(ROWS, (_, headers) =>
    claims(headers).n === 1 ? json({ error: "no" }, 401) : service.rows(headers),
  );

  await Promise.all([one.query("top_events"), other.query("top_events")]);

  assert.equal(service.minted, 2);
});

test("a session token that the app refuses is renewed once", async () => {
  network.on(TOKEN, (_, headers) =>
    claims(headers).renewals === 0 ? json({ code: "token-expired" }, 401) : service.token(headers),
  );
  const roost = begin(login);

  await roost.query("top_events");

  assert.equal(login.renewals, 1);
});

test("after 429 a query waits as long as Retry-After says", async () => {
  let answered = 0;
  network.on(ROWS, (_, headers) =>
    answered++ === 0 ? json({}, 429, { "Retry-After": "7" }) : service.rows(headers),
  );
  const asked = begin(login).query("top_events");

  await pass(6000);
  const early = answered;
  await pass(1000);
  await asked;

  assert.equal(early, 1);
  assert.equal(answered, 2);
});

test("a pause that is too long to say nothing is told at once", async () => {
  network.on(ROWS, () => json({}, 429, { "Retry-After": "120" }));
  const roost = begin(login);

  await assert.rejects(roost.query("top_events"), {
    kind: "unreachable",
    status: 429,
    retryAfterMs: 120_000,
  });
});

test("a day's budget that is spent is not waited for", async () => {
  network.on(READ, () => json({ code: "budget-spent", detail: "Spent." }, 429));
  const roost = begin(login, THROUGH_APP);

  await assert.rejects(roost.query("top_events"), { kind: "spent", message: "Spent." });

  assert.equal(network.asked(READ).length, 1);
});

test("no more queries begin in a second than the token's limit allows", async () => {
  service.rps = 3;
  const roost = begin(login);
  const asked = Promise.all(Array.from({ length: 7 }, () => roost.query("top_events")));

  await settle();
  const atOnce = network.asked(ROWS).length;
  await pass(1000);
  const afterOne = network.asked(ROWS).length;
  await pass(1000);
  await asked;

  assert.deepEqual([atOnce, afterOne, network.asked(ROWS).length], [3, 6, 7]);
});

test("without a network a query says that the data cannot be reached", async () => {
  const roost = begin(login);
  await roost.token();

  network.isOffline = true;
  await assert.rejects(roost.query("top_events"), { kind: "unreachable", status: 0 });
  network.isOffline = false;

  assert.deepEqual(await roost.query("top_events"), [{ event: "of org_acme" }]);
});

test("a session function that fails is the sign-in's being unreachable", async () => {
  const session = () => Promise.reject(new Error("down"));
  const roost = begin(login, { session });

  await assert.rejects(roost.query("top_events"), { kind: "unreachable" });
});

test("an aborted query gives up its request alone", async () => {
  /** @type {(response: Response) => void} */
  let arrive = () => {};
  network.on(ROWS, () => new Promise((resolve) => (arrive = resolve)));
  const roost = begin(login);
  const stop = new AbortController();
  const given = roost.query("top_events", {}, { signal: stop.signal });
  given.catch(() => {});
  await settle();

  stop.abort();
  await assert.rejects(given, { name: "AbortError" });
  const kept = roost.query("top_events");
  await settle();
  arrive(json({ meta: [], data: [] }));

  assert.deepEqual(await kept, []);
});

test("a query that was aborted before it began asks nothing", async () => {
  const roost = begin(login);

  const asked = roost.query("top_events", {}, { signal: AbortSignal.abort() });
  await assert.rejects(asked, { name: "AbortError" });

  assert.deepEqual(network.requests, []);
});

test("through the app a page has no token, and names the tenant that it believes in", async () => {
  network.on(READ, () => json({ meta: [], data: [{ event: "seen" }] }, 200, { Age: "42" }));
  const roost = begin(login, THROUGH_APP);

  const { data, ageS } = await roost.read("top_events", { limit: 5 });

  assert.deepEqual([data, ageS], [[{ event: "seen" }], 42]);
  const [{ headers, url }] = network.asked(READ);
  assert.equal(url.search, "?limit=5");
  assert.equal(headers.get("X-Expected-Tenant"), "org_acme");
  assert.equal(network.asked(TOKEN).length, 0);
  await assert.rejects(roost.token(), { kind: "invalid" });
});

test("a page whose session has another tenant by now is told that it is stale", async () => {
  network.on(READ, () => json({ code: "tenant-changed", detail: "Changed." }, 409));
  const roost = begin(login, THROUGH_APP);

  await assert.rejects(roost.query("top_events"), { kind: "stale", status: 409 });

  assert.equal(login.renewals, 1);
});

test("CSV comes as it is", async () => {
  network.on("/v0/pipes/top_events.csv", () => new Response('"event"\n"seen"\n'));
  const roost = begin(login);

  assert.equal(await roost.csv("top_events"), '"event"\n"seen"\n');
});

test("without an organization a query says what is missing", async () => {
  login.who = { sub: "user_ada", sid: "sess_1" };
  const roost = begin(login);

  await assert.rejects(roost.query("top_events"), { kind: "no-tenant" });
});

test("with tenancy by user, the user is the tenant", async () => {
  const roost = begin(login, { tenancy: "user" });

  assert.deepEqual(await roost.query("top_events"), [{ event: "of user_ada" }]);
});

test("a closed page reads nothing any more", async () => {
  const roost = begin(login);
  await roost.query("top_events");

  roost.close();

  await assert.rejects(roost.query("top_events"), { name: "AbortError" });
});

test("an endpoint that fails is told in a sentence, with its request and without its SQL", async () => {
  const said = { error: "[Error] Unknown column: while executing SELECT secret FROM events" };
  network.on(ROWS, () => json(said, 400, { "X-Request-Id": "01KBTB" }));
  const roost = begin(login);

  await assert.rejects(roost.query("top_events"), {
    kind: "invalid",
    message: "The analytics data (Tinybird) has no answer to this.",
    requestId: "01KBTB",
    cause: JSON.stringify(said),
  });
});

test("a refusal of the app carries its request", async () => {
  const said = { detail: "The endpoint does not take these parameters.", code: "query-invalid" };
  network.on(READ, () => json(said, 400, { "X-Request-Id": "0a1b2c3d4e5f6071" }));
  const roost = begin(login, THROUGH_APP);

  await assert.rejects(roost.query("top_events"), {
    message: "The endpoint does not take these parameters.",
    requestId: "0a1b2c3d4e5f6071",
  });
});
