// Endpoints, read through the app: its cache, its budget, and no Tinybird token on the page.

import { askApp, unreachable } from "./app-api.js";
import { RequestFailed } from "./failures.js";
import { queryOf } from "./params.js";
import { Rights } from "./rights.js";
import { Pace } from "./waiting.js";

const ROUTE = "/api/analytics";
const LOOK_MS = 240_000;
const MOST_PAUSES = 4;
// What a read says when the session is not what the page takes it for any more.
const DOUBTS = [401, 403, 409];

/** Reads one tenant's endpoints from the app; the same calls as `Tinybird`. */
export class AppReader {
  #lookAt = 0;

  /**
   * @param {object} clerk
   * @param {import("./tenant.js").Scope} scope
   * @param {{rps: number | null}} config
   */
  constructor(clerk, scope, config) {
    this.clerk = clerk;
    this.scope = scope;
    this.rights = new Rights(scope);
    this.pace = new Pace(config.rps);
  }

  /**
   * List the endpoints that may be read.
   * @returns {Promise<string[]>}
   */
  async endpoints() {
    const response = await askApp(this.clerk, this.scope, ROUTE).catch((error) => {
      throw error instanceof RequestFailed ? this.rights.meaningOf(error) : error;
    });
    const answer = await this.#bodyOf(response.json(), this.scope.signal);
    this.rights.confirm(answer);
    this.#lookAt = performance.now() + LOOK_MS;
    return answer.endpoints;
  }

  /** Look after the rights, once in a while and after a refusal; throw when they have changed. */
  async check() {
    if (performance.now() >= this.#lookAt) await this.endpoints();
  }

  /**
   * Read an endpoint as JSON.
   * @param {string} endpoint
   * @param {Record<string, string | number | string[]>} params empty values are left out
   * @param {AbortSignal} [signal] gives up this request alone
   * @returns {Promise<{meta: {name: string, type: string}[], data: object[], ageS: number}>}
   *   ageS: how long ago Tinybird answered it
   */
  async read(endpoint, params, signal) {
    const both = signal ? AbortSignal.any([this.scope.signal, signal]) : this.scope.signal;
    const response = await this.#ask(endpoint, params, "application/json", both);
    const { meta, data } = await this.#bodyOf(response.json(), both);
    return { meta, data, ageS: Number(response.headers.get("Age")) };
  }

  /**
   * Read an endpoint as CSV.
   * @param {string} endpoint
   * @param {Record<string, string | number | string[]>} params
   * @returns {Promise<string>}
   */
  async readCsv(endpoint, params) {
    const response = await this.#ask(endpoint, params, "text/csv", this.scope.signal);
    return this.#bodyOf(response.text(), this.scope.signal);
  }

  async #bodyOf(reading, signal) {
    const body = await unreachable(() => reading, signal);
    signal.throwIfAborted();
    return body;
  }

  // A few more tries where the server says when; a spent budget is not waited for.
  async #ask(endpoint, params, accept, signal) {
    const path = `${ROUTE}/${endpoint}?${queryOf(params)}`;
    for (let pauses = 0; ; pauses++) {
      await this.pace.turn(signal);
      try {
        return await askApp(this.clerk, this.scope, path, { headers: { Accept: accept }, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (DOUBTS.includes(error.status)) this.#lookAt = 0;
        const mayWait = error.status === 429 && error.kind !== "spent" && pauses < MOST_PAUSES;
        if (!mayWait || !this.pace.pause(error.retryAfterMs ?? 1000)) throw error;
      }
    }
  }
}
