// One (user, tenant) on the page: all that belongs to the pair hangs on its signal and its rights.

import { RequestFailed } from "./failures.js";

/** From its opening to its end; it never comes back. */
export class Scope {
  #controller = new AbortController();
  /** @type {string | null} */
  #granted = null;

  /**
   * @param {string} userId
   * @param {string} tenantId
   */
  constructor(userId, tenantId) {
    this.userId = userId;
    this.tenantId = tenantId;
  }

  get signal() {
    return this.#controller.signal;
  }

  get pair() {
    return `${this.userId} ${this.tenantId}`;
  }

  /** Let a late answer go no further. */
  check() {
    this.signal.throwIfAborted();
  }

  close() {
    this.#controller.abort();
  }

  /**
   * Take note of what may be read; throw if it is another tenant's, or other than at first: what a
   * page shows was built for what was said first.
   * @param {{tenant_id: string, endpoints: string[]}} answer
   */
  confirm({ tenant_id, endpoints }) {
    if (tenant_id !== this.tenantId) {
      throw new RequestFailed("stale", "The answer is another tenant's.");
    }
    const granted = endpoints.join();
    this.#granted ??= granted;
    if (granted !== this.#granted) throw new RequestFailed("lost", "Your rights have changed.");
  }

  /**
   * Ask what may be read; a refusal of what was granted once is the loss of it.
   * @template Answer
   * @param {Promise<Answer>} asked
   */
  async asking(asked) {
    try {
      return await asked;
    } catch (error) {
      const isLost = error instanceof RequestFailed && error.status === 403;
      if (!isLost || this.#granted === null) throw error;
      throw new RequestFailed("lost", error.message, { cause: error });
    }
  }
}
