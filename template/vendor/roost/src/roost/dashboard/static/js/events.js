// Events that this page reports: queued in memory for one (user, tenant), sent for that pair alone.
//
//   import { track } from "/static/roost/js/events.js";
//   track("report_exported", { format: "pdf" });

import { address } from "./address.js";
import { askApp } from "./app-api.js";
import { RequestFailed } from "./failures.js";
import { Backoff, sleep } from "./waiting.js";

const BATCH_ROWS = 100;
const MOST_WAITING = 1000;
const GATHER_MS = 500;
const JSON_TYPE = { "Content-Type": "application/json" };
const DROPPED_STATUSES = [400, 413];

/** Queues of rows that the app has not accepted yet, one a pair of user and tenant. */
export class EventQueues {
  #queues = new Map();
  #clerk = null;
  #scope = null;
  #wake = () => {};

  /**
   * Queue an event for the pair that is on the page now.
   * @param {string} event
   * @param {Record<string, unknown>} [properties]
   * @returns {boolean} false when nobody is signed in; the event is then not kept
   */
  track(event, properties = {}) {
    if (!this.#scope) return false;
    const queue = this.#queueOf(this.#scope);
    queue.push({
      event,
      event_id: crypto.randomUUID(),
      session_id: this.#clerk.session?.id ?? "",
      timestamp: new Date().toISOString(),
      properties,
    });
    if (queue.length > MOST_WAITING) {
      console.warn("Too many events wait to be sent; dropped", queue.shift());
    }
    this.#wake();
    return true;
  }

  /**
   * Send what is queued for this scope, now and as it comes, until the scope ends.
   * @param {object} clerk
   * @param {import("./tenant.js").Scope} scope
   */
  async attach(clerk, scope) {
    this.#clerk = clerk;
    this.#scope = scope;
    scope.signal.addEventListener("abort", () => this.#detach(scope));
    const backoff = new Backoff();
    while (!scope.signal.aborted) {
      await this.#somethingToSend(scope);
      await sleep(GATHER_MS, scope.signal).catch(() => {});
      if (!scope.signal.aborted) await this.#sendBatch(scope, backoff);
    }
  }

  /** Send what waits while the page goes away: the session cookie speaks for it, and a row that
   * arrives twice is counted once. */
  sendLast() {
    const rows = this.#scope ? this.#queueOf(this.#scope).slice(0, BATCH_ROWS) : [];
    if (rows.length === 0) return;
    const headers = { ...JSON_TYPE, "X-Expected-Tenant": this.#scope.tenantId };
    const init = { method: "POST", headers, body: JSON.stringify(rows), keepalive: true };
    fetch(address("/api/events"), init).catch(() => {});
  }

  /** Forget everything, as signing out does. */
  drop() {
    this.#queues.clear();
  }

  /**
   * Count the rows that wait for a pair.
   * @param {import("./tenant.js").Scope} scope
   * @returns {number}
   */
  waiting(scope) {
    return this.#queueOf(scope).length;
  }

  #queueOf({ pair }) {
    if (!this.#queues.has(pair)) this.#queues.set(pair, []);
    return this.#queues.get(pair);
  }

  #detach(scope) {
    if (this.#scope === scope) this.#scope = null;
    this.#wake();
  }

  #somethingToSend(scope) {
    if (this.waiting(scope) || scope.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => (this.#wake = resolve));
  }

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
  async #sendRows(scope, queue, rows) {
    try {
      await postRows(this.#clerk, scope, rows);
      removeRows(queue, rows);
    } catch (error) {
      if (!DROPPED_STATUSES.includes(error.status)) throw error;
      if (rows.length === 1) {
        console.warn(`The app does not take this event: ${error.message}`, rows[0]);
        return removeRows(queue, rows);
      }
      const middle = Math.ceil(rows.length / 2);
      await this.#sendRows(scope, queue, rows.slice(0, middle));
      await this.#sendRows(scope, queue, rows.slice(middle));
    }
  }
}

const queues = new EventQueues();

/**
 * Report an event of the signed-in user in the active organization.
 * @param {string} event
 * @param {Record<string, unknown>} [properties]
 * @returns {boolean} false when nobody is signed in
 */
export function track(event, properties) {
  return queues.track(event, properties);
}

/**
 * Send tracked events for this scope until it ends.
 * @param {object} clerk
 * @param {import("./tenant.js").Scope} scope
 */
export function sendEvents(clerk, scope) {
  return queues.attach(clerk, scope);
}

/** Send the events that wait although the page is going away. */
export function sendLastEvents() {
  queues.sendLast();
}

/** Forget the events that were not accepted yet; nobody else may send them. */
export function dropEvents() {
  queues.drop();
}

async function postRows(clerk, scope, rows) {
  const response = await askApp(clerk, scope, "/api/events", {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify(rows),
  });
  const { quarantined } = await response.json().catch(() => ({}));
  if (quarantined) console.warn(`${quarantined} of ${rows.length} events were quarantined`);
}

function removeRows(queue, rows) {
  const sent = new Set(rows);
  queue.splice(0, queue.length, ...queue.filter((row) => !sent.has(row)));
}
