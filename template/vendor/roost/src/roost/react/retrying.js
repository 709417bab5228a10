// Asking until there is an answer, or none to be had.

import { Backoff, isAbort, mayRecover, sleep } from "roost";

/**
 * Tell each outcome: an answer, or why there is none yet; what may recover is asked again.
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @param {AbortSignal} signal nothing is told any more when it aborts
 * @param {(answer: Answer | null, error: Error | null) => void} tell
 */
export async function untilAnswered(ask, signal, tell) {
  const backoff = new Backoff({ firstMs: 2000 });
  while (!signal.aborted) {
    try {
      const answer = await ask();
      if (!signal.aborted) tell(answer, null);
      return;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      tell(null, /** @type {Error} */ (error));
      if (!mayRecover(error)) return;
      await sleep(backoff.next(error.retryAfterMs), signal).catch(() => {});
    }
  }
}

/**
 * @param {import("roost").Standing} standing
 * @param {boolean} isAnswered
 * @param {Error | null} error
 * @returns {import("./index.js").Status}
 */
export function statusOf({ state }, isAnswered, error) {
  if (state === "signed-out") return "signed-out";
  if (state === "pending" || state === "no-tenant") return "no-tenant";
  if (state === "switching" || !isAnswered) return "loading";
  return error ? "error" : "ready";
}
