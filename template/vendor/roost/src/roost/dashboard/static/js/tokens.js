// The Tinybird token of one scope: from the page, the app or Clerk, renewed before it expires.

import { askApp } from "./app-api.js";
import { mintedByClerk } from "./clerk-minted.js";
import { RequestFailed } from "./failures.js";
import { Rights } from "./rights.js";

const MARGIN_MS = 30_000;

/** Holds one short-lived token at a time; it is gone with the scope. */
export class Tokens {
  #held = null;
  #renewal = null;

  /**
   * @param {object} clerk
   * @param {import("./tenant.js").Scope} scope
   * @param {import("./page-data.js").PageData["initial"]} initial used only if it is this pair's
   * @param {string | null} template the JWT template that Clerk mints by, null where the app mints
   */
  constructor(clerk, scope, initial, template) {
    this.clerk = clerk;
    this.scope = scope;
    this.template = template;
    this.rights = new Rights(scope);
    if (initial?.tenant_id === scope.tenantId && initial.user_id === scope.userId) {
      this.#hold(initial, Date.now());
    }
    scope.signal.addEventListener("abort", () => (this.#held = null));
  }

  /**
   * Return a token that will live for a while yet.
   * @returns {Promise<string>}
   */
  async current() {
    return (await this.#fresh()).token;
  }

  /**
   * List the endpoints that the token may read.
   * @returns {Promise<string[]>}
   */
  async endpoints() {
    return (await this.#fresh()).endpoints;
  }

  /**
   * Give up a token that was refused; the next one is minted anew.
   * @param {string} token of several refused at once only the first has an effect
   */
  drop(token) {
    if (this.#held?.token === token) this.#held = null;
  }

  async #fresh() {
    this.scope.check();
    if (this.#held && performance.now() < this.#held.renewAt) return this.#held;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #renew() {
    const { answer, now } = this.template
      ? await mintedByClerk(this.clerk, this.template)
      : await this.#mintedByApp();
    this.scope.check();
    return this.#hold(answer, now);
  }

  async #mintedByApp() {
    const response = await this.#askForToken();
    // Measured by the server's clock, because this machine's may be wrong.
    const now = Date.parse(response.headers.get("Date")) || Date.now();
    return { answer: await response.json(), now };
  }

  #askForToken() {
    return askApp(this.clerk, this.scope, "/api/tinybird/token").catch((error) => {
      throw error instanceof RequestFailed ? this.rights.meaningOf(error) : error;
    });
  }

  #hold(answer, nowMs) {
    this.rights.confirm(answer);
    this.#held = heldToken(answer, nowMs);
    return this.#held;
  }
}

// A token shorter than two margins is renewed at half of its life.
function heldToken({ token, expires_at, endpoints }, nowMs) {
  const lifeMs = expires_at * 1000 - nowMs;
  return {
    token,
    endpoints,
    renewAt: performance.now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 2),
  };
}
