import assert from "node:assert/strict";
import { test } from "node:test";

import { login, network, service } from "./fresh.js";
import { APP, json, jwt, pass, settle, tell } from "./page.js";
import {
  ADA_AT_GLOBEX,
  LINUS_AT_ACME,
  Login,
  ROWS,
  TOKEN,
  begin,
  claims,
  tenantIn,
} from "./tenants.js";

test("a token is renewed half a minute before it expires", async () => {
  const roost = begin(login);
  const first = await roost.token();

  await pass(265_000);
  const kept = await roost.token();
  await pass(10_000);
  const next = await roost.token();

  assert.equal(kept, first);
  assert.notEqual(next, first);
  assert.equal(service.minted, 2);
});

test("a token's life is measured by the server's clock", async () => {
  const early = new Date(Date.now() - 3_600_000).toUTCString();
  network.on(TOKEN, (_, headers) => {
    const answer = service.token(headers);
    answer.headers.set("Date", early);
    return answer;
  });
  service.lifeS = 300 - 3600;
  const roost = begin(login);
  const first = await roost.token();

  await pass(200_000);

  assert.equal(await roost.token(), first);
});

test("ten queries at once ask for one token", async () => {
  const roost = begin(login);

  await Promise.all(Array.from({ length: 10 }, () => roost.query("top_events")));

  assert.equal(network.asked(TOKEN).length, 1);
  assert.equal(network.asked(ROWS).length, 10);
});

test("a page's first token of the same user and tenant saves a request", async () => {
  const initial = initialOf("user_ada", "org_acme");
  const roost = begin(login, { initial, tinybird: { api_url: "https://tinybird.test" } });

  const rows = await roost.query("top_events");

  assert.deepEqual(rows, [{ event: "of org_acme" }]);
  assert.equal(network.asked(TOKEN).length, 0);
});

for (const [user, tenant] of [
  ["user_linus", "org_acme"],
  ["user_ada", "org_globex"],
]) {
  test(`a page's first token of ${user} at ${tenant} is not used for ada at acme`, async () => {
    const tinybird = { api_url: "https://tinybird.test" };
    const roost = begin(login, { initial: initialOf(user, tenant), tinybird });
    /** @type {string[]} */
    const states = [];
    roost.onTenantChange(({ state }) => states.push(state));

    await roost.query("top_events");

    assert.equal(network.asked(TOKEN).length, 1);
    assert.deepEqual(states, ["switching", "ready"]);
  });
}

test("after a switch no request carries the former tenant's token", async () => {
  const roost = begin(login);
  await roost.query("top_events");

  login.who = ADA_AT_GLOBEX;
  const rows = await roost.query("top_events");

  assert.deepEqual(rows, [{ event: "of org_globex" }]);
  assert.deepEqual(
    network.asked(ROWS).map(({ headers }) => tenantIn(headers)),
    ["org_acme", "org_globex"],
  );
});

test("a switch is noticed without a query, and aborts the ones under way", async () => {
  network.on(ROWS, () => new Promise(() => {}));
  const roost = begin(login);
  /** @type {(string | undefined)[]} */
  const tenants = [];
  roost.onTenantChange(({ tenantId }) => tenants.push(tenantId));
  const asked = roost.query("top_events");
  asked.catch(() => {});
  await settle();

  login.who = ADA_AT_GLOBEX;
  await pass(5000);

  await assert.rejects(asked, { name: "AbortError" });
  assert.deepEqual(tenants, [undefined, "org_acme", "org_globex"]);
});

test("a token that arrives after a switch is not used", async () => {
  /** @type {(response: Response) => void} */
  let arrive = () => {};
  network.on(TOKEN, () => new Promise((resolve) => (arrive = resolve)));
  const roost = begin(login);
  const late = roost.token();
  late.catch(() => {});
  await settle();

  login.who = ADA_AT_GLOBEX;
  await pass(5000);
  arrive(service.token(new Headers({ "X-Expected-Tenant": "org_acme" })));

  await assert.rejects(late, { name: "AbortError" });
});

test("signing out drops the token, and a query says so", async () => {
  const roost = begin(login);
  await roost.query("top_events");

  login.who = null;
  await assert.rejects(roost.query("top_events"), { kind: "signed-out" });

  assert.equal(network.asked(ROWS).length, 1);
});

test("who signs in again gets a token of their own", async () => {
  const roost = begin(login);
  await roost.token();

  login.who = null;
  await pass(5000);
  login.who = LINUS_AT_ACME;
  await pass(5000);
  await roost.token();

  assert.equal(network.asked(TOKEN).length, 2);
});

test("two tabs ask for one token", async () => {
  const [one, other] = [begin(login), begin(login)];

  const tokens = await Promise.all([one.token(), other.token()]);
  await pass(275_000);
  const later = await Promise.all([one.token(), other.token()]);

  assert.equal(tokens[0], tokens[1]);
  assert.equal(later[0], later[1]);
  assert.equal(service.minted, 2);
});

test("a user takes no token of another user's tab", async () => {
  const linus = new Login();
  linus.who = LINUS_AT_ACME;
  const [one, other] = [begin(login), begin(linus)];
  await settle();

  const first = await one.token();
  await settle();

  assert.notEqual(await other.token(), first);
});

test("an app takes no token of another app's tab", async () => {
  network.on(`/other${TOKEN}`, (_, headers) => service.token(headers));
  const [one, other] = [begin(login), begin(login, { url: `${APP}/other` })];
  await settle();

  const first = await one.token();
  await settle();

  assert.notEqual(await other.token(), first);
});

test("a token that was refused is not taken from a tab that tells of it late", async () => {
  const told = new BroadcastChannel("roost organization");
  const heard = new Promise((resolve) => told.addEventListener("message", resolve, { once: true }));
  network.on(ROWS, (_, headers) =>
    claims(headers).n === 1 ? json({}, 401) : service.rows(headers),
  );
  const roost = begin(login);
  await roost.query("top_events");

  told.postMessage((await heard).data);
  await settle();
  told.close();
  await roost.query("top_events");

  assert.deepEqual(
    network.asked(ROWS).map(({ headers }) => claims(headers).n),
    [1, 2, 2],
  );
});

test("where a browser has no locks, a page still asks for one token", async () => {
  Object.assign(globalThis.navigator, { locks: undefined });
  const roost = begin(login);

  await Promise.all(Array.from({ length: 10 }, () => roost.query("top_events")));

  assert.equal(service.minted, 1);
});

test("a lower role ends the tenant's time on the page", async () => {
  let ended = 0;
  const roost = begin(login, { onEnd: () => ended++ });
  await roost.token();
  const signal = await new Promise((/** @type {(signal: AbortSignal | null) => void} */ known) =>
    roost.onTenantChange((_, given) => known(given)),
  );

  service.endpoints = [];
  await pass(280_000);

  assert.equal(ended, 1);
  assert.equal(signal?.aborted, true);
});

test("a removal from the organization ends the tenant's time on the page", async () => {
  let ended = 0;
  const roost = begin(login, { onEnd: () => ended++ });
  await roost.token();

  network.on(TOKEN, () => json({ detail: "Choose an organization." }, 403));
  await pass(280_000);

  assert.equal(ended, 1);
});

test("a frozen page keeps nothing of the tenant, and starts anew when it is thawed", async () => {
  let ended = 0;
  const roost = begin(login, { onEnd: () => ended++ });
  await roost.query("top_events");
  /** @type {string[]} */
  const states = [];
  roost.onTenantChange(({ state }) => states.push(state));

  tell("pagehide");
  tell("pageshow");

  assert.deepEqual(states, ["ready", "switching"]);
  assert.equal(ended, 1);
});

test("a page that is closed is left alone when it is thawed", async () => {
  let ended = 0;
  begin(login, { onEnd: () => ended++ }).close();

  tell("pageshow");

  assert.equal(ended, 0);
});

test("a token of Clerk's template is used for the tenant that it names", async () => {
  const iat = Date.now() / 1000;
  const scopes = [{ resource: "top_events", fixed_params: { tenant_id: "org_acme" } }];
  const minted = jwt({ iat, exp: iat + 300, scopes, tenant_id: "org_acme" });
  const roost = begin(login, {
    session: (options) => (options.template === "tinybird" ? minted : login.give(options)),
    tinybird: { api_url: "https://tinybird.test", rps: 10, template: "tinybird" },
  });

  const rows = await roost.query("top_events");

  assert.deepEqual(rows, [{ event: "of org_acme" }]);
  assert.deepEqual(await roost.endpoints(), ["top_events"]);
  assert.equal(network.asked(TOKEN).length, 0);
});

/**
 * @param {string} user_id
 * @param {string} tenant_id
 */
function initialOf(user_id, tenant_id) {
  const expires_at = Date.now() / 1000 + 300;
  return { token: jwt({ tenant_id }), expires_at, tenant_id, user_id, endpoints: ["top_events"] };
}
