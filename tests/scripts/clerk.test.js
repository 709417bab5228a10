import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { APP, closePage, jwt, openPage, pass, settle } from "./page.js";
import { Login, ROWS, Service, TOKEN, begin, closeAll, tenantIn } from "./tenants.js";

/** @typedef {import("../../template/vendor/roost/src/roost/browser/roost.js").Clerk} Clerk */
/** @typedef {import("../../template/vendor/roost/src/roost/browser/roost.js").ClerkResources} Resources */

/** @type {import("./page.js").Network} */
let network;

beforeEach(() => {
  network = openPage();
  new Service(network).lifeS = 3600;
});

afterEach(() => {
  closeAll();
  closePage();
});

/**
 * What the ClerkJS of one tab says.
 * @implements {Clerk}
 */
class TabsClerk {
  /** @type {Clerk["session"]} */
  session = undefined;
  /** @type {((resources: Resources) => void)[]} */
  #listeners = [];

  /** @param {(resources: Resources) => void} listener */
  addListener(listener) {
    this.#listeners.push(listener);
    listener({});
    return () => {
      this.#listeners = [];
    };
  }

  /** @param {string | null} tenant */
  activate(tenant) {
    const id = "sess_1";
    const claims = { sub: "user_ada", sid: id, o: { id: tenant } };
    this.session = { id, getToken: async () => jwt(claims) };
    this.#tell({
      session: { id, status: "active", lastActiveOrganizationId: tenant },
      user: { id: "user_ada" },
    });
  }

  switch() {
    this.#tell({});
  }

  signOut() {
    this.session = null;
    this.#tell({ session: null, user: null });
  }

  /** @param {Resources} resources */
  #tell(resources) {
    for (const listener of this.#listeners) listener(resources);
  }
}

/** @param {Partial<import("../../template/vendor/roost/src/roost/browser/roost.js").Options>} [options] */
function openTab(options = {}) {
  const clerk = new TabsClerk();
  return { clerk, roost: begin(new Login(), { session: undefined, clerk, ...options }) };
}

test("a query waits for ClerkJS, and for the end of a switch", async () => {
  const { clerk, roost } = openTab();
  const first = roost.query("top_events");
  await settle();
  const before = network.requests.length;

  clerk.activate("org_acme");
  await first;
  clerk.switch();
  const second = roost.query("top_events");
  await settle();
  clerk.activate("org_globex");

  assert.equal(before, 0);
  assert.deepEqual(await second, [{ event: "of org_globex" }]);
  assert.deepEqual(
    network.asked(ROWS).map(({ headers }) => tenantIn(headers)),
    ["org_acme", "org_globex"],
  );
});

test("while ClerkJS changes the organization nothing of the former one is there", async () => {
  const { clerk, roost } = openTab();
  clerk.activate("org_acme");
  /** @type {AbortSignal[]} */
  const signals = [];
  roost.onTenantChange((_, signal) => signal && signals.push(signal));

  clerk.switch();

  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  );
});

test("what ClerkJS says again throws nothing away", async () => {
  const { clerk, roost } = openTab();
  /** @type {string[]} */
  const states = [];
  roost.onTenantChange(({ state }) => states.push(state));

  clerk.activate("org_acme");
  clerk.activate("org_acme");

  assert.deepEqual(states, ["switching", "ready"]);
});

test("a switch in another tab ends the tenant's time in this one, for good", async () => {
  let ended = 0;
  const one = openTab({ onEnd: () => ended++ });
  const other = openTab();
  one.clerk.activate("org_acme");
  other.clerk.activate("org_acme");
  await one.roost.query("top_events");

  other.clerk.activate("org_globex");
  await settle();
  one.clerk.activate("org_acme");
  const late = one.roost.query("top_events");

  await assert.rejects(late, { name: "AbortError" });
  assert.equal(ended, 1);
  assert.equal(network.asked(ROWS).length, 1);
});

test("an app on the same origin whose tenants are users is left alone", async () => {
  let ended = 0;
  const one = openTab({ onEnd: () => ended++ });
  const other = openTab({ tenancy: "user", url: `${APP}/other` });
  one.clerk.activate("org_acme");

  other.clerk.activate("org_acme");
  await settle();

  assert.equal(ended, 0);
});

test("a sign-out in another tab ends it too", async () => {
  let ended = 0;
  const one = openTab({ onEnd: () => ended++ });
  const other = openTab();
  one.clerk.activate("org_acme");
  other.clerk.activate("org_acme");
  await settle();

  other.clerk.signOut();
  await settle();

  assert.equal(ended, 1);
});

test("tabs that agree leave each other alone, and share a token", async () => {
  let ended = 0;
  const tabs = [openTab({ onEnd: () => ended++ }), openTab({ onEnd: () => ended++ })];
  for (const { clerk } of tabs) clerk.activate("org_acme");

  await Promise.all(tabs.map(({ roost }) => roost.query("top_events")));
  await pass(60_000);

  assert.equal(ended, 0);
  assert.equal(network.asked(TOKEN).length, 1);
});

test("without ClerkJS and without a function it is said what is missing", () => {
  assert.throws(() => openTab({ clerk: undefined }), /needs `clerk`, or `session`/);
});
