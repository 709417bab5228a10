// What a scope may read: the page is built for what was said first, and ends with it.

import { RequestFailed } from "./failures.js";

/** The endpoints that one (user, tenant) reads, as the app or a token of Clerk's says. */
export class Rights {
  #granted = null;

  /**
   * @param {import("./tenant.js").Scope} scope
   */
  constructor(scope) {
    this.scope = scope;
  }

  /**
   * Take note of an answer; throw if it is another tenant's, or says other than the first one.
   * @param {{tenant_id: string, endpoints: string[]}} answer
   */
  confirm({ tenant_id, endpoints }) {
    if (tenant_id !== this.scope.tenantId) {
      throw new RequestFailed("stale", "The answer is another tenant's.");
    }
    const granted = endpoints.join();
    this.#granted ??= granted;
    if (granted !== this.#granted) throw new RequestFailed("lost", "Your rights have changed.");
  }

  /**
   * Say what a failure to ask means: a refusal of what was granted once is the loss of it.
   * @param {RequestFailed} error
   * @returns {RequestFailed}
   */
  meaningOf(error) {
    if (this.#granted === null || error.status !== 403) return error;
    return new RequestFailed("lost", error.message, { cause: error });
  }
}
