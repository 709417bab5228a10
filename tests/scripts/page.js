// A page without a browser: its events, its clock, and the network that it asks. These alone are
// made up; the tabs' channel is Node's own.

import { mock } from "node:test";

export const APP = "https://app.test";
export const TINYBIRD = "https://tinybird.test";
const NOW_MS = Date.parse("2026-11-29T12:00:00Z");

/** The network: what was asked, and what is answered to whom. */
export class Network {
  /** @type {{url: URL, method: string, headers: Headers, body: string, keepalive: boolean}[]} */
  requests = [];
  isOffline = false;
  /** @type {Map<string, (asked: URL, headers: Headers) => Response | Promise<Response>>} */
  #answers = new Map();

  /**
   * Answer what asks for a path, until told otherwise.
   * @param {string} path such as `/api/events`
   * @param {(asked: URL, headers: Headers) => Response | Promise<Response>} answer
   */
  on(path, answer) {
    this.#answers.set(path, answer);
  }

  /**
   * List what has asked for a path.
   * @param {string} path
   */
  asked(path) {
    return this.requests.filter(({ url }) => url.pathname === path);
  }

  /** @type {typeof fetch} */
  fetch = async (input, init = {}) => {
    const { url, headers, method } = new Request(input, { ...init, keepalive: false });
    init.signal?.throwIfAborted();
    const asked = { url: new URL(url), headers, method, body: String(init.body ?? "") };
    this.requests.push({ ...asked, keepalive: init.keepalive ?? false });
    if (this.isOffline) throw new TypeError("fetch failed");
    const answer = this.#answers.get(asked.url.pathname);
    const answered = Promise.resolve(answer?.(asked.url, headers) ?? json({}, 404));
    return Promise.race([answered, aborted(init.signal)]);
  };
}

/**
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<never>}
 */
function aborted(signal) {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/**
 * Open a page: from now on time stands still unless `pass` moves it.
 * @returns {Network}
 */
export function openPage() {
  const network = new Network();
  const events = new EventTarget();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: NOW_MS });
  mock.method(performance, "now", () => Date.now());
  mock.method(globalThis, "fetch", network.fetch);
  Object.assign(globalThis, {
    addEventListener: events.addEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
  });
  Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, writable: true });
  return network;
}

export function closePage() {
  mock.timers.reset();
  mock.restoreAll();
}

/**
 * Let time pass, second by second, and let everything happen that happens meanwhile.
 * @param {number} ms
 */
export async function pass(ms) {
  await settle();
  for (let left = ms; left > 0; left -= 1000) {
    mock.timers.tick(Math.min(left, 1000));
    await settle();
  }
}

/** Let happen what waits for no time: answers, and messages between tabs. */
export async function settle() {
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
}

/**
 * The browser puts the page aside, or takes it out again.
 * @param {"pagehide" | "pageshow"} name
 */
export function tell(name) {
  globalThis.dispatchEvent(Object.assign(new Event(name), { persisted: true }));
}

/**
 * @param {unknown} body
 * @param {number} [status]
 * @param {Record<string, string>} [headers]
 */
export function json(body, status = 200, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers });
}

/**
 * Write a token that says this of itself; nobody here verifies it.
 * @param {Record<string, unknown>} claims
 */
export function jwt(claims) {
  const part = (/** @type {object} */ value) =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part(claims)}.signature`;
}

/** The browser's locks, which Node 20 lacks: who asks waits for those before it. */
class Locks {
  /** @type {Map<string, Promise<unknown>>} */
  #last = new Map();

  /**
   * @template Result
   * @param {string} name
   * @param {{signal?: AbortSignal, ifAvailable?: boolean}} options
   * @param {(lock: object | null) => Promise<Result> | null} work
   */
  async request(name, { signal, ifAvailable }, work) {
    const before = this.#last.get(name);
    if (ifAvailable && before) return work(null);
    const turn = Promise.race([before ?? null, aborted(signal)]).then(() => work({ name }));
    const ended = Promise.allSettled([turn]);
    this.#last.set(name, ended);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === ended) this.#last.delete(name);
    }
  }
}
