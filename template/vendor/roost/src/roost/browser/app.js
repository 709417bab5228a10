// Requests to the app itself, in the name of the session and of the tenant the page believes in.

import { RequestFailed, factsOf, kindOf } from "./failures.js";

/** @typedef {import("./scope.js").Scope} Scope */

export class App {
  /**
   * @param {string} url where the app is, without a slash at its end
   * @param {import("./session.js").ClerkSession | import("./session.js").GivenSession} session
   */
  constructor(url, session) {
    this.url = url;
    this.session = session;
  }

  /**
   * Ask a route of the app; a session token that is refused, or still another tenant's, is renewed
   * and tried once more.
   * @param {Scope} scope
   * @param {string} path
   * @param {RequestInit} [init]
   */
  async ask(scope, path, init = {}) {
    let response = await this.#send(await this.session.token(), scope, path, init);
    if (response.status === 401 || response.status === 409) {
      const token = await this.session.token({ skipCache: true });
      response = await this.#send(token, scope, path, init);
    }
    if (!response.ok) throw await failureOf(response);
    return response;
  }

  /**
   * Send something while the page goes away: the session cookie speaks for it, or the token that
   * is held.
   * @param {Scope} scope
   * @param {string} path
   * @param {RequestInit} init
   */
  sendLast(scope, path, init) {
    const headers = new Headers(init.headers);
    headers.set("X-Expected-Tenant", scope.tenantId);
    if (this.session.held) headers.set("Authorization", `Bearer ${this.session.held}`);
    fetch(this.url + path, { ...init, headers, keepalive: true }).catch(() => {});
  }

  /**
   * @param {string} token
   * @param {Scope} scope
   * @param {string} path
   * @param {RequestInit} init
   */
  async #send(token, scope, path, init) {
    scope.check();
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${token}`);
    headers.set("X-Expected-Tenant", scope.tenantId);
    const signal = init.signal ?? scope.signal;
    /** @type {RequestInit} */
    const sent = { cache: "no-store", ...init, signal, headers };
    const response = await unreachable(fetch(this.url + path, sent), signal);
    scope.check();
    return response;
  }
}

/** @type {typeof import("./roost.js").readPublic} */
export async function readPublic(url, endpoint) {
  /** @type {RequestInit} */
  const init = { credentials: "omit", cache: "no-store" };
  const response = await unreachable(fetch(`${url}/api/analytics/${endpoint}`, init));
  if (!response.ok) throw await failureOf(response);
  return answerOf(response, await unreachable(response.json()));
}

/**
 * @param {Response} response
 * @param {{meta: {name: string, type: string}[], data: Record<string, any>[]}} body
 */
export function answerOf(response, { meta, data }) {
  return { meta, data, ageS: Number(response.headers.get("Age")) };
}

/**
 * Await a part of an answer; a connection that fails is the service's being unreachable.
 * @template Part
 * @param {Promise<Part>} asked
 * @param {AbortSignal} [signal] what it gave up failed for no other reason
 * @param {string} [sentence]
 */
export async function unreachable(asked, signal, sentence = "The app cannot be reached.") {
  try {
    const part = await asked;
    signal?.throwIfAborted();
    return part;
  } catch (error) {
    signal?.throwIfAborted();
    throw new RequestFailed("unreachable", sentence, { cause: error });
  }
}

/** @param {Response} response */
async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  return new RequestFailed(
    problem.code === "budget-spent" ? "spent" : kindOf(response.status),
    problem.detail ?? problem.title ?? `The app answered ${response.status}.`,
    factsOf(response),
  );
}
