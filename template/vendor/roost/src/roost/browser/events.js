// Events that this page reports: queued in memory for one (user, tenant), sent for that pair alone.

import { RequestFailed } from "./failures.js";
import { Backoff, sleep } from "./waiting.js";

const BATCH_ROWS = 100;
const MOST_WAITING = 1000;
const GATHER_MS = 500;
const ROUTE = "/api/events";
const DROPPED_STATUSES = [400, 413];

/**
 * @typedef {import("./scope.js").Scope} Scope
 * @typedef {{event: string, event_id: string, session_id: string, timestamp: string,
 *   properties: Record<string, unknown>}} Row
 */

/** Rows that the app has not accepted yet. */
export class EventQueues {
  /** @type {Map<string, Row[]>} */
  #queues = new Map();
  /** @type {Scope | null} */
  #scope = null;
  /** @type {(value?: any) => void} */
  #wake = () => {};

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /** @type {import("./roost.js").Roost["track"]} */
  track(event, properties = {}) {
    if (!this.#scope) return false;
    const queue = this.#queueOf(this.#scope);
    queue.push({
      event,
      event_id: crypto.randomUUID(),
      session_id: this.app.session.id,
      timestamp: new Date().toISOString(),
      properties,
    });
    if (queue.length > MOST_WAITING) {
      console.warn("Too many events wait to be sent; dropped", queue.shift());
    }
    this.#wake();
    return true;
  }

  /** @param {Scope} scope */
  async attach(scope) {
    this.#scope = scope;
    scope.signal.addEventListener("abort", () => this.#detach(scope));
    const backoff = new Backoff();
    while (!scope.signal.aborted) {
      await this.#somethingToSend(scope);
      await sleep(GATHER_MS, scope.signal).catch(() => {});
      if (!scope.signal.aborted) await this.#sendBatch(scope, backoff);
    }
  }

  // A row that arrives twice is counted once.
  sendLast() {
    const rows = this.#scope ? this.#queueOf(this.#scope).slice(0, BATCH_ROWS) : [];
    if (this.#scope && rows.length > 0) this.app.sendLast(this.#scope, ROUTE, request(rows));
  }

  drop() {
    this.#queues.clear();
  }

  /** @param {Scope} scope */
  #queueOf({ pair }) {
    const queue = this.#queues.get(pair) ?? [];
    this.#queues.set(pair, queue);
    return queue;
  }

  /** @param {Scope} scope */
  #detach(scope) {
    if (this.#scope === scope) this.#scope = null;
    this.#wake();
  }

  /** @param {Scope} scope */
  #somethingToSend(scope) {
    if (this.#queueOf(scope).length > 0 || scope.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /**
   * @param {Scope} scope
   * @param {Backoff} backoff
   */
  async #sendBatch(scope, backoff) {
    const queue = this.#queueOf(scope);
    try {
      await this.#sendRows(scope, queue, queue.slice(0, BATCH_ROWS));
      backoff.reset();
    } catch (error) {
      if (scope.signal.aborted) return;
      if (!(error instanceof RequestFailed)) throw error;
      await sleep(backoff.next(error.retryAfterMs), scope.signal).catch(() => {});
    }
  }

  // The app takes a request whole or not at all. A refused batch is halved until the bad row
  // stands alone; only that one is dropped.
  /**
   * @param {Scope} scope
   * @param {Row[]} queue
   * @param {Row[]} rows
   */
  async #sendRows(scope, queue, rows) {
    try {
      await this.#post(scope, rows);
      removeRows(queue, rows);
    } catch (error) {
      const isRefused = error instanceof RequestFailed && DROPPED_STATUSES.includes(error.status);
      if (!isRefused) throw error;
      if (rows.length === 1) {
        console.warn(`The app does not take this event: ${error.message}`, rows[0]);
        return removeRows(queue, rows);
      }
      const middle = Math.ceil(rows.length / 2);
      await this.#sendRows(scope, queue, rows.slice(0, middle));
      await this.#sendRows(scope, queue, rows.slice(middle));
    }
  }

  /**
   * @param {Scope} scope
   * @param {Row[]} rows
   */
  async #post(scope, rows) {
    const response = await this.app.ask(scope, ROUTE, request(rows));
    const { quarantined } = await response.json().catch(() => ({}));
    if (quarantined) console.warn(`${quarantined} of ${rows.length} events were quarantined`);
  }
}

/** @param {Row[]} rows */
function request(rows) {
  const headers = { "Content-Type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(rows) };
}

/**
 * @param {Row[]} queue
 * @param {Row[]} rows
 */
function removeRows(queue, rows) {
  const sent = new Set(rows);
  queue.splice(0, queue.length, ...queue.filter((row) => !sent.has(row)));
}
