// The Tinybird token of one scope: from the page, the app, Clerk or another tab, renewed before it
// expires.

import { RequestFailed } from "./failures.js";
import { claimsOf } from "./session.js";
import { oneTabAtATime } from "./tabs.js";
import { sleep } from "./waiting.js";

const MARGIN_MS = 30_000;
const TOLD_MS = 200;

/**
 * @typedef {import("./roost.js").TokenAnswer} TokenAnswer
 * @typedef {{answer: TokenAnswer, renewAt: number}} Held renewAt: by `performance.now()`
 */

export class Tokens {
  /** @type {Held | null} */
  #held = null;
  /** @type {Promise<TokenAnswer> | null} */
  #renewal = null;
  #refused = "";
  #wake = () => {};

  /**
   * @param {import("./app.js").App} app
   * @param {import("./scope.js").Scope} scope
   * @param {import("./tabs.js").Tabs} tabs
   * @param {string | null} template the JWT template that Clerk mints by, null where the app mints
   */
  constructor(app, scope, tabs, template) {
    this.app = app;
    this.scope = scope;
    this.tabs = tabs;
    this.template = template;
    // A session's token is for no other one of the same user.
    this.key = `roost-token ${app.url} ${scope.pair} ${app.session.id}`;
    scope.signal.addEventListener("abort", () => (this.#held = null));
  }

  /** @param {import("./roost.js").InitialToken} initial the page's; it may be another pair's */
  begin(initial) {
    const isOurs =
      initial.tenant_id === this.scope.tenantId && initial.user_id === this.scope.userId;
    if (isOurs) this.#hold(initial, initial.expires_at * 1000 - Date.now());
  }

  /** Return a token that will live for a while yet. */
  async current() {
    this.scope.check();
    const held = this.#fresh();
    if (held) return held;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** @param {string} token that was refused; the next one is minted anew */
  drop(token) {
    this.#refused = token;
    if (this.#held?.answer.token === token) this.#held = null;
  }

  /**
   * Take another tab's token, unless it has other rights.
   * @param {import("./tabs.js").SharedToken} shared
   */
  hear({ key, answer, lifeMs }) {
    if (key !== this.key || answer.token === this.#refused || this.scope.signal.aborted) return;
    try {
      this.#hold(answer, lifeMs);
      this.#wake();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
    }
  }

  #fresh() {
    const isFresh = this.#held && performance.now() < this.#held.renewAt;
    return isFresh ? this.#held?.answer : null;
  }

  #renew() {
    return oneTabAtATime(this.key, this.scope.signal, async (hasWaited) => {
      // What the other tab tells of its token may come after its turn has ended.
      if (hasWaited && !this.#fresh()) await Promise.race([this.#told(), sleep(TOLD_MS)]);
      return this.#fresh() ?? (await this.#mint());
    });
  }

  /** @returns {Promise<void>} */
  #told() {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #mint() {
    const { answer, lifeMs } = this.template
      ? await this.#mintedByClerk(this.template)
      : await this.#mintedByApp();
    this.scope.check();
    this.#hold(answer, lifeMs);
    this.tabs.tell({ token: { key: this.key, answer, lifeMs } });
    return answer;
  }

  async #mintedByApp() {
    const response = await this.scope.asking(this.app.ask(this.scope, "/api/tinybird/token"));
    // Measured by the server's clock, because this machine's may be wrong.
    const now = Date.parse(response.headers.get("Date") ?? "") || Date.now();
    /** @type {TokenAnswer} */
    const answer = await response.json();
    return { answer, lifeMs: answer.expires_at * 1000 - now };
  }

  /** @param {string} template */
  async #mintedByClerk(template) {
    const token = await this.app.session.templateToken(template);
    const { exp, iat, scopes } = claimsOf(token);
    /** @type {{resource: string, fixed_params?: {tenant_id?: string}}[]} */
    const granted = scopes ?? [];
    const tenants = new Set(granted.map(({ fixed_params }) => fixed_params?.tenant_id));
    const [tenant_id] = tenants;
    if (tenants.size !== 1 || tenant_id === undefined) {
      throw new RequestFailed("refused", `Clerk's JWT template ${template} is not this project's.`);
    }
    const endpoints = granted.map(({ resource }) => resource).toSorted();
    const answer = { token, expires_at: exp, tenant_id, endpoints };
    return { answer, lifeMs: (exp - iat) * 1000 };
  }

  // A token shorter than two margins is renewed at half of its life.
  /**
   * @param {TokenAnswer} answer
   * @param {number} lifeMs
   */
  #hold(answer, lifeMs) {
    this.scope.confirm(answer);
    const renewAt = performance.now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 2);
    this.#held = { answer, renewAt };
  }
}
