// What can go wrong with a request, in the few kinds that the page answers differently.

/** @typedef {import("./roost.js").Kind} Kind */

export class RequestFailed extends Error {
  /**
   * @param {Kind} kind
   * @param {string} message
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

/** @param {unknown} error */
export function mayRecover(error) {
  return error instanceof RequestFailed && ["unreachable", "refused", "stale"].includes(error.kind);
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/** @param {number} status */
export function kindOf(status) {
  if (status === 401 || status === 403) return "refused";
  if (status === 409) return "stale";
  return status === 429 || (status >= 500 && status !== 501) ? "unreachable" : "invalid";
}

// `Retry-After` in ms; across origins the header must be exposed, else it reads as absent.
/** @param {Response} response */
export function waitAskedBy(response) {
  const header = response.headers.get("Retry-After");
  if (!header) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
