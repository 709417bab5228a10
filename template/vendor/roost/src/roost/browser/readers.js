// Endpoints, read straight from Tinybird or through the app, never faster than the limit allows.

import { answerOf, unreachable } from "./app.js";
import { RequestFailed, factsOf, kindOf } from "./failures.js";
import { claimsOf } from "./session.js";
import { Pace } from "./waiting.js";

/**
 * @typedef {import("./roost.js").Params} Params
 * @typedef {"json" | "csv"} Format
 */

const UNREACHABLE = "The analytics data (Tinybird) cannot be reached.";
const LIMITED = "The analytics data (Tinybird) has reached the limit of its requests.";
const REFUSED = "The analytics data (Tinybird) refused this page's token.";
const FAILED = "The analytics data (Tinybird) has no answer to this.";
const ROUTE = "/api/analytics";
const TYPES = { json: "application/json", csv: "text/csv" };
const LOOK_MS = 240_000;
const MOST_PAUSES = 4;
// What a read says when the session is not what the page takes it for any more.
const DOUBTS = [401, 403, 409];

/** @type {typeof import("./roost.js").queryOf} */
export function queryOf(params) {
  const pairs = Object.entries(params).map(([name, value]) => [name, String(value ?? "")]);
  return new URLSearchParams(pairs.filter(([, text]) => text !== "").toSorted()).toString();
}

class Reader {
  pace = new Pace();

  /**
   * @param {import("./scope.js").Scope} scope
   * @param {number | null | undefined} rps
   */
  constructor(scope, rps) {
    this.scope = scope;
    this.pace.limit(rps);
  }

  /**
   * @param {string} endpoint
   * @param {Params} params
   * @param {AbortSignal} [signal]
   */
  async read(endpoint, params, signal) {
    const both = this.#both(signal);
    const response = await this.#ask(endpoint, params, "json", both);
    return answerOf(response, await unreachable(response.json(), both, this.unreachable));
  }

  /**
   * @param {string} endpoint
   * @param {Params} params
   * @param {AbortSignal} [signal]
   */
  async csv(endpoint, params, signal) {
    const both = this.#both(signal);
    const response = await this.#ask(endpoint, params, "csv", both);
    return unreachable(response.text(), both, this.unreachable);
  }

  /** @type {string | undefined} */
  unreachable = undefined;

  // Know the limit before the first turn.
  async prepare() {}

  /**
   * @param {string} _endpoint
   * @param {string} _query
   * @param {Format} _format
   * @param {AbortSignal} _signal
   * @returns {Promise<Response>}
   */
  async send(_endpoint, _query, _format, _signal) {
    throw new TypeError("Each reader has its own.");
  }

  /** @param {AbortSignal} [signal] */
  #both(signal) {
    return signal ? AbortSignal.any([this.scope.signal, signal]) : this.scope.signal;
  }

  // A few more tries where the server says when; a spent budget is not waited for.
  /**
   * @param {string} endpoint
   * @param {Params} params
   * @param {Format} format
   * @param {AbortSignal} signal
   */
  async #ask(endpoint, params, format, signal) {
    await this.prepare();
    for (let pauses = 0; ; pauses++) {
      await this.pace.turn(signal);
      try {
        return await this.send(endpoint, queryOf(params), format, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RequestFailed)) throw error;
        const mayWait = error.status === 429 && error.kind !== "spent" && pauses < MOST_PAUSES;
        if (!mayWait || !this.pace.pause(error.retryAfterMs ?? 1000)) throw error;
      }
    }
  }
}

export class DirectReader extends Reader {
  unreachable = UNREACHABLE;

  /**
   * @param {import("./scope.js").Scope} scope
   * @param {import("./tokens.js").Tokens} tokens
   * @param {import("./roost.js").Tinybird} tinybird
   */
  constructor(scope, tokens, tinybird) {
    super(scope, tinybird.rps);
    this.tokens = tokens;
    this.apiUrl = tinybird.api_url;
  }

  async endpoints() {
    return (await this.tokens.current()).endpoints;
  }

  // The token is renewed when it gets old; throws when the rights have changed.
  async check() {
    await this.tokens.current();
  }

  async prepare() {
    if (this.pace.perSecond < Infinity) return;
    const { token } = await this.tokens.current();
    this.pace.limit(claimsOf(token).limits?.rps);
  }

  // One more try with a fresh token.
  /**
   * @param {string} endpoint
   * @param {string} query
   * @param {Format} format
   * @param {AbortSignal} signal
   */
  async send(endpoint, query, format, signal) {
    const path = `/v0/pipes/${endpoint}.${format}?${query}`;
    const answer = await this.tokens.current();
    let response = await this.#get(path, answer, signal);
    if (response.status === 401 || response.status === 403) {
      this.tokens.drop(answer.token);
      await this.pace.turn(signal);
      response = await this.#get(path, await this.tokens.current(), signal);
    }
    if (!response.ok) throw await failureOf(response);
    return response;
  }

  /**
   * @param {string} path
   * @param {import("./roost.js").TokenAnswer} answer
   * @param {AbortSignal} signal
   */
  #get(path, { token, api_url }, signal) {
    /** @type {RequestInit} */
    const init = {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    };
    return unreachable(fetch(`${this.apiUrl ?? api_url}${path}`, init), signal, UNREACHABLE);
  }
}

/** Reads through the app: its cache, its budget, and no Tinybird token on the page. */
export class AppReader extends Reader {
  #lookAt = 0;

  /**
   * @param {import("./scope.js").Scope} scope
   * @param {import("./app.js").App} app
   * @param {number | null | undefined} rps
   */
  constructor(scope, app, rps) {
    super(scope, rps);
    this.app = app;
  }

  async endpoints() {
    const { scope } = this;
    const response = await scope.asking(this.app.ask(scope, ROUTE));
    /** @type {{tenant_id: string, endpoints: string[]}} */
    const answer = await unreachable(response.json(), scope.signal);
    scope.confirm(answer);
    this.#lookAt = performance.now() + LOOK_MS;
    return answer.endpoints;
  }

  // Once in a while, and after a refusal.
  async check() {
    if (performance.now() >= this.#lookAt) await this.endpoints();
  }

  /**
   * @param {string} endpoint
   * @param {string} query
   * @param {Format} format
   * @param {AbortSignal} signal
   */
  async send(endpoint, query, format, signal) {
    const init = { headers: { Accept: TYPES[format] }, signal };
    try {
      return await this.app.ask(this.scope, `${ROUTE}/${endpoint}?${query}`, init);
    } catch (error) {
      if (error instanceof RequestFailed && DOUBTS.includes(error.status)) this.#lookAt = 0;
      throw error;
    }
  }
}

/** @param {Response} response */
async function failureOf(response) {
  const kind = kindOf(response.status);
  const cause = await response.text().catch(() => "");
  return new RequestFailed(kind, sentenceOf(kind, response.status), {
    ...factsOf(response),
    cause,
  });
}

/**
 * @param {import("./roost.js").Kind} kind
 * @param {number} status
 */
function sentenceOf(kind, status) {
  if (kind === "refused") return REFUSED;
  if (status === 429) return LIMITED;
  return kind === "unreachable" ? UNREACHABLE : FAILED;
}
