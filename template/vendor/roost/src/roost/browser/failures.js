// What can go wrong with a request, in the few kinds that the page answers differently.

/** @typedef {import("./roost.js").Kind} Kind */

export class RequestFailed extends Error {
  /**
   * @param {Kind} kind
   * @param {string} message
   * @param {{status?: number, retryAfterMs?: number | null, requestId?: string | null,
   *   cause?: unknown}} [facts]
   */
  constructor(kind, message, { status = 0, retryAfterMs = null, requestId = null, cause } = {}) {
    super(message, { cause });
    this.name = "RequestFailed";
    this.kind = kind;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
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

/** @param {Response} response */
export function factsOf({ status, headers }) {
  const requestId = headers.get("X-Request-Id");
  return { status, retryAfterMs: waitOf(headers.get("Retry-After")), requestId };
}

/** @param {string | null} header */
function waitOf(header) {
  if (!header) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
