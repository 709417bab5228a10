// Waiting: abortable sleep, growing delays, and the pace that a rate limit allows.

/** @type {typeof import("./roost.js").sleep} */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", giveUp, { once: true });

    function done() {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    }

    function giveUp() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}

/**
 * Await something, but not for ever.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 */
export function within(ms, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A longer pause is an outage: its reader is told, and may try at once.
const LONGEST_PAUSE_MS = 30_000;

export class Backoff {
  #tries = 0;

  /** @param {{firstMs?: number, mostMs?: number}} [limits] */
  constructor({ firstMs = 1000, mostMs = 60_000 } = {}) {
    this.firstMs = firstMs;
    this.mostMs = mostMs;
  }

  /** @param {number | null} [retryAfterMs] */
  next(retryAfterMs = null) {
    const grown = Math.min(this.mostMs, this.firstMs * 2 ** this.#tries++);
    return Math.max(retryAfterMs ?? 0, grown * (0.8 + 0.4 * Math.random()));
  }

  reset() {
    this.#tries = 0;
  }
}

/** Turns in order of asking, at most `perSecond` of them in any second. */
export class Pace {
  perSecond = Infinity;
  /** @type {number[]} */
  #started = [];
  #pausedUntil = 0;
  #last = Promise.resolve();

  /** @param {number | null | undefined} perSecond without a positive number there is no limit */
  limit(perSecond) {
    this.perSecond = perSecond && perSecond > 0 ? perSecond : Infinity;
  }

  /** @param {AbortSignal} signal when it gives up, the turn goes to the next */
  turn(signal) {
    const turn = this.#last.then(() => this.#wait(signal));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * Hold back everybody, as a 429 asks; false if that takes too long to say nothing.
   * @param {number} ms
   */
  pause(ms) {
    if (ms > LONGEST_PAUSE_MS) return false;
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
    return true;
  }

  /** @param {AbortSignal} signal */
  async #wait(signal) {
    signal.throwIfAborted();
    for (let delay = this.#delay(); delay > 0; delay = this.#delay()) await sleep(delay, signal);
    this.#started.push(performance.now());
  }

  #delay() {
    const now = performance.now();
    this.#started = this.#started.filter((start) => now - start < 1000);
    const full = this.#started.length >= this.perSecond;
    return Math.max(this.#pausedUntil - now, full ? this.#started[0] + 1000 - now : 0);
  }
}
