// Endpoints, read straight from Tinybird with the scope's token.

import { RequestFailed, kindOf, retryAfterMs } from "./failures.js";
import { queryOf } from "./params.js";
import { Pace } from "./waiting.js";

const UNREACHABLE = "The analytics data (Tinybird) cannot be reached.";
const LIMITED = "The analytics data (Tinybird) has reached the limit of its requests.";
const REFUSED = "The analytics data (Tinybird) refused this page's token.";
const MOST_PAUSES = 4;

/** Reads one tenant's endpoints, never faster than the token's limit allows. */
export class Tinybird {
  /**
   * @param {import("./tenant.js").Scope} scope
   * @param {import("./tokens.js").Tokens} tokens
   * @param {{api_url: string, rps: number | null}} config
   */
  constructor(scope, tokens, config) {
    this.scope = scope;
    this.tokens = tokens;
    this.apiUrl = config.api_url;
    this.pace = new Pace(config.rps);
  }

  /**
   * List the endpoints that may be read.
   * @returns {Promise<string[]>}
   */
  endpoints() {
    return this.tokens.endpoints();
  }

  /** Look after the rights: the token is renewed when it gets old; throw when they have changed. */
  async check() {
    await this.tokens.current();
  }

  /**
   * Read an endpoint as JSON.
   * @param {string} endpoint
   * @param {Record<string, string | number | string[]>} params empty values are left out
   * @param {AbortSignal} [signal] gives up this request alone
   * @returns {Promise<{meta: {name: string, type: string}[], data: object[]}>}
   */
  async read(endpoint, params, signal) {
    return this.#bodyOf(`${endpoint}.json`, params, signal, (response) => response.json());
  }

  /**
   * Read an endpoint as CSV.
   * @param {string} endpoint
   * @param {Record<string, string | number | string[]>} params
   * @returns {Promise<string>}
   */
  async readCsv(endpoint, params) {
    return this.#bodyOf(`${endpoint}.csv`, params, undefined, (response) => response.text());
  }

  async #bodyOf(file, params, signal, readBody) {
    const both = signal ? AbortSignal.any([this.scope.signal, signal]) : this.scope.signal;
    const response = await this.#ask(`${this.apiUrl}/v0/pipes/${file}?${queryOf(params)}`, both);
    const body = await readBody(response).catch((error) => {
      both.throwIfAborted();
      throw new RequestFailed("unreachable", UNREACHABLE, { cause: error });
    });
    both.throwIfAborted();
    return body;
  }

  // One more try with a fresh token; a few more where the server says when.
  async #ask(url, signal) {
    let refusals = 0;
    let pauses = 0;
    for (;;) {
      await this.pace.turn(signal);
      const token = await this.tokens.current();
      const response = await send(url, token, signal);
      if (response.ok) return response;
      if (isRefusal(response) && refusals++ === 0) this.tokens.drop(token);
      else if (response.status !== 429 || pauses++ >= MOST_PAUSES || !this.#pause(response)) {
        throw await failureOf(response);
      }
    }
  }

  #pause(response) {
    return this.pace.pause(retryAfterMs(response) ?? 1000);
  }
}

function isRefusal(response) {
  return response.status === 401 || response.status === 403;
}

async function send(url, token, signal) {
  try {
    return await fetch(url, {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new RequestFailed("unreachable", UNREACHABLE, { cause: error });
  }
}

async function failureOf(response) {
  const kind = kindOf(response.status);
  const facts = { status: response.status, retryAfterMs: retryAfterMs(response) };
  if (kind === "refused") return new RequestFailed(kind, REFUSED, facts);
  if (response.status === 429) return new RequestFailed(kind, LIMITED, facts);
  if (kind === "unreachable") return new RequestFailed(kind, UNREACHABLE, facts);
  const body = await response.json().catch(() => ({}));
  return new RequestFailed(kind, body.error ?? `Tinybird answered ${response.status}.`, facts);
}
