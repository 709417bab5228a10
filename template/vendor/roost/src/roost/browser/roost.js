// A tenant's session, token, queries and events in any page; roost.d.ts says what each does.
//
//   import { createRoost } from "/roost.js";
//
//   const rows = await createRoost().query("top_events", { limit: 5 });

import { App, readPublic } from "./app.js";
import { EventQueues } from "./events.js";
import { RequestFailed, isAbort, mayRecover } from "./failures.js";
import { AppReader, DirectReader, queryOf } from "./readers.js";
import { Scope } from "./scope.js";
import { sameStanding, sessionOf } from "./session.js";
import { Tabs } from "./tabs.js";
import { Tokens } from "./tokens.js";
import { Backoff, sleep } from "./waiting.js";

/**
 * @typedef {import("./roost.js").Standing} Standing
 * @typedef {import("./roost.js").TenantListener} TenantListener
 * @typedef {import("./roost.js").Roost} Roost
 * @typedef {{scope: Scope, reader: DirectReader | AppReader, tokens: Tokens | null}} Open
 */

export { Backoff, RequestFailed, isAbort, mayRecover, queryOf, readPublic, sleep };

// This file is at <root>/roost/<hash>/roost.js.
const ROOT = new URL(/* @vite-ignore */ "../..", import.meta.url).href.replace(/\/$/, "");
const CHECK_MS = 5000;
const OVER = ["lost", "stale"];
/** @type {Record<string, [import("./roost.js").Kind, string]>} */
const NOBODY = {
  "signed-out": ["signed-out", "You are signed out."],
  pending: ["no-tenant", "Choose an organization first."],
  "no-tenant": ["no-tenant", "Choose an organization first."],
};

/** @type {typeof import("./roost.js").createRoost} */
export function createRoost(options = {}) {
  return new PageRoost(options);
}

/** @implements {Roost} */
class PageRoost {
  /** @type {Standing} */
  #standing = { state: "switching" };
  /** @type {Open | null} */
  #open = null;
  /** @type {string | undefined} */
  #userId = undefined;
  /** @type {Set<TenantListener>} */
  #listeners = new Set();
  // Ends with the tenant's time on the page, and the page itself with `close`.
  #life = new AbortController();
  #page = new AbortController();

  /** @param {import("./roost.js").Options} options */
  constructor({ url = ROOT, clerk, session, tenancy = "organization", ...rest }) {
    this.session = sessionOf(session, clerk, tenancy);
    this.url = url.replace(/\/$/, "");
    this.app = new App(this.url, this.session);
    this.events = new EventQueues(this.app);
    this.tinybird = rest.tinybird ?? {};
    this.initial = rest.initial ?? null;
    this.onEnd = rest.onEnd ?? (() => location.reload());
    this.tabs = new Tabs(tenancy, {
      onStanding: this.session.isShared ? (standing) => this.#heard(standing) : undefined,
      onToken: (token) => this.#open?.tokens?.hear(token),
    });
    this.#follow();
  }

  /** @type {Roost["query"]} */
  async query(endpoint, params, options) {
    return /** @type {any} */ ((await this.read(endpoint, params, options)).data);
  }

  /** @type {Roost["read"]} */
  async read(endpoint, params, { signal } = {}) {
    const { reader } = await this.#ready(signal);
    return /** @type {any} */ (reader.read(endpoint, params ?? {}, signal));
  }

  /** @type {Roost["csv"]} */
  async csv(endpoint, params, { signal } = {}) {
    const { reader } = await this.#ready(signal);
    return reader.csv(endpoint, params ?? {}, signal);
  }

  /** @type {Roost["endpoints"]} */
  async endpoints({ signal } = {}) {
    return (await this.#ready(signal)).reader.endpoints();
  }

  /** @type {Roost["token"]} */
  async token({ signal } = {}) {
    const { tokens } = await this.#ready(signal);
    if (tokens) return (await tokens.current()).token;
    throw new RequestFailed("invalid", "This page reads through the app, without a token.");
  }

  /** @type {Roost["track"]} */
  track(event, properties) {
    return this.events.track(event, properties);
  }

  /** @type {Roost["onTenantChange"]} */
  onTenantChange(listener) {
    this.#listeners.add(listener);
    listener(this.#standing, this.#open?.scope.signal ?? null);
    return () => void this.#listeners.delete(listener);
  }

  close() {
    this.#listeners.clear();
    this.#page.abort();
    this.#life.abort();
    this.events.sendLast();
    this.#stand({ state: "signed-out" });
    this.tabs.close();
  }

  #follow() {
    const { signal } = this.#life;
    globalThis.addEventListener("pagehide", (event) => this.#leave(event.persisted), { signal });
    globalThis.addEventListener("pageshow", (event) => event.persisted && this.onEnd(), {
      signal: this.#page.signal,
    });
    const stop = this.session.follow((standing) => !signal.aborted && this.#stand(standing));
    signal.addEventListener("abort", stop);
    this.#watch(signal);
  }

  /** @param {Standing} standing */
  #stand(standing) {
    if (sameStanding(this.#standing, standing)) return;
    this.#standing = standing;
    this.#end();
    if (standing.state !== "switching") {
      if (this.session.isShared && !this.#life.signal.aborted) this.tabs.tell({ standing });
      if (standing.userId !== this.#userId) this.events.drop();
      this.#userId = standing.userId;
    }
    if (standing.state === "ready") this.#open = this.#opened(standing);
    const signal = this.#open?.scope.signal ?? null;
    for (const listener of this.#listeners) listener(standing, signal);
  }

  /** @param {{userId: string, tenantId: string}} standing */
  #opened({ userId, tenantId }) {
    const scope = new Scope(userId, tenantId);
    this.events.attach(scope);
    const { api_url, rps, template = null } = this.tinybird;
    // Null, not missing: the app has said that it reads for its pages.
    if (api_url === null) {
      return { scope, tokens: null, reader: new AppReader(scope, this.app, rps) };
    }
    const tokens = new Tokens(this.app, scope, this.tabs, template);
    if (this.initial) tokens.begin(this.initial);
    return {
      scope,
      tokens,
      reader: new DirectReader(scope, tokens, this.tinybird),
    };
  }

  #end() {
    this.#open?.scope.close();
    this.#open = null;
    // A token of the page is good for its first scope alone.
    if (this.#userId) this.initial = null;
  }

  /** @param {AbortSignal} [signal] */
  async #ready(signal) {
    const either = signal ? AbortSignal.any([signal, this.#life.signal]) : this.#life.signal;
    either.throwIfAborted();
    await this.session.look();
    either.throwIfAborted();
    if (this.#standing.state === "switching") await this.#standingKnown(either);
    if (this.#open) return this.#open;
    throw new RequestFailed(...(NOBODY[this.#standing.state] ?? NOBODY["signed-out"]));
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  #standingKnown(signal) {
    return new Promise((resolve, reject) => {
      /** @type {TenantListener} */
      const known = ({ state }) => {
        if (state === "switching") return;
        this.#listeners.delete(known);
        resolve();
      };
      this.#listeners.add(known);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  // Rights end while the page is open: a removal from the organization, a lower role. What is
  // looked at is held in memory, so that a look costs a request only when it gets old.
  /** @param {AbortSignal} signal */
  async #watch(signal) {
    while (!signal.aborted) {
      await sleep(CHECK_MS, signal).catch(() => {});
      const open = this.#open;
      const kind = open && (await this.#failureKind(open));
      if (open && !open.scope.signal.aborted && OVER.includes(kind ?? "")) this.#over();
    }
  }

  /** @param {Open} open */
  async #failureKind({ reader }) {
    try {
      await this.session.token();
      await reader.check();
      return null;
    } catch (error) {
      return error instanceof RequestFailed ? error.kind : null;
    }
  }

  // A tab that shows nothing of a tenant has nothing to give up.
  /** @param {Standing} standing */
  #heard(standing) {
    if (this.#open && !sameStanding(this.#standing, standing)) this.#over();
  }

  #over() {
    this.#forget();
    this.onEnd();
  }

  // What ClerkJS says from now on is the next page's.
  #forget() {
    this.#stand({ state: "switching" });
    this.#life.abort();
  }

  // A frozen page keeps nothing of a tenant; thawed, it starts from the beginning, because
  // somebody else may have signed in meanwhile.
  /** @param {boolean} isFrozen */
  #leave(isFrozen) {
    this.events.sendLast();
    if (isFrozen) this.#forget();
  }
}
