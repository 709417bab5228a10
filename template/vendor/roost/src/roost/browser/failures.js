// What can go wrong with a request, in the few kinds that the page answers differently.

/** @typedef {import("./roost.js").Kind} Kind */

/** A request without an answer. */
export class RequestFailed extends Error {
  /**
   * @param {Kind} kind
   * @param {string} message a sentence for the reader of the page
   * @param {{status?: number, retryAfterMs?: number | null, cause?: unknown}} [facts]
   */
  constructor(kind, message, { status = 0, retryAfterMs = null, cause } = {}) {
    super(message, { cause });
    this.name = "RequestFailed";
    this.kind = kind;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Tell whether the same request may succeed later without anybody's doing.
 * @param {unknown} error
 * @returns {boolean}
 */
export function mayRecover(error) {
  return error instanceof RequestFailed && ["unreachable", "refused", "stale"].includes(error.kind);
}

/**
 * Tell whether the page itself gave the request up.
 * @param {unknown} error
 * @returns {boolean}
 */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * Sort an HTTP status into a kind of failure.
 * @param {number} status
 * @returns {Kind}
 */
export function kindOf(status) {
  if (status === 401 || status === 403) return "refused";
  if (status === 409) return "stale";
  return status === 429 || (status >= 500 && status !== 501) ? "unreachable" : "invalid";
}

/**
 * Read `Retry-After`, seconds or an HTTP date.
 * @param {Response} response across origins the header must be exposed, else it reads as absent
 * @param {number} [now] Unix time in ms
 * @returns {number | null} ms to wait
 */
export function retryAfterMs(response, now = Date.now()) {
  const header = response.headers.get("Retry-After");
  if (!header) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
