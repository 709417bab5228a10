// The Tinybird token of one scope: from the page, the app or Clerk, renewed before it expires.

import { askApp } from "./app-api.js";
import { mintedByClerk } from "./clerk-minted.js";
import { RequestFailed } from "./failures.js";

const MARGIN_MS = 30_000;

/** Holds one short-lived token at a time; it is gone with the scope. */
export class Tokens {
  #held = null;
  #granted = null;
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
    if (initial?.tenant_id === scope.tenantId && initial.user_id === scope.userId) {
      this.#hold(heldToken(initial, Date.now()));
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
    if (answer.tenant_id !== this.scope.tenantId) {
      throw new RequestFailed("stale", "The token is another tenant's.");
    }
    return this.#hold(heldToken(answer, now));
  }

  async #mintedByApp() {
    const response = await this.#askForToken();
    // Measured by the server's clock, because this machine's may be wrong.
    const now = Date.parse(response.headers.get("Date")) || Date.now();
    return { answer: await response.json(), now };
  }

  // What the page shows was built for the first token's endpoints.
  async #askForToken() {
    try {
      return await askApp(this.clerk, this.scope, "/api/tinybird/token");
    } catch (error) {
      if (this.#granted === null || error.status !== 403) throw error;
      throw new RequestFailed("lost", error.message, { cause: error });
    }
  }

  #hold(held) {
    const granted = held.endpoints.join();
    this.#granted ??= granted;
    if (granted !== this.#granted) throw new RequestFailed("lost", "Your rights have changed.");
    this.#held = held;
    return held;
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
