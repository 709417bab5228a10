// The tabs of one browser agree: on who is signed in, and on the token of the pair.
//
// ClerkJS tells other tabs of a sign-out alone; after a switch of the organization it would let
// them keep theirs, and make it the active one again on focus. A token goes from tab to tab in
// memory, never through storage.

// A tab that is put aside while it asks shall not keep the others waiting.
const LONGEST_TURN_MS = 5000;

/**
 * @typedef {import("./roost.js").Standing} Standing
 * @typedef {{key: string, answer: import("./roost.js").TokenAnswer, lifeMs: number}} SharedToken
 * key: of which app, pair and session the token is.
 */

export class Tabs {
  /**
   * @param {"organization" | "user"} tenancy two apps on one origin may differ in it
   * @param {{onStanding?: (standing: Standing) => void, onToken: (token: SharedToken) => void}} on
   */
  constructor(tenancy, { onStanding, onToken }) {
    this.channel = new BroadcastChannel(`roost ${tenancy}`);
    this.channel.addEventListener("message", ({ data }) => {
      if (data.standing) onStanding?.(data.standing);
      if (data.token) onToken(data.token);
    });
  }

  /** @param {{standing: Standing} | {token: SharedToken}} message */
  tell(message) {
    this.channel.postMessage(message);
  }

  close() {
    this.channel.close();
  }
}

/**
 * Do something while no other tab does the same.
 * @template Result
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(hasWaited: boolean) => Promise<Result>} work hasWaited: another tab did it just before
 */
export async function oneTabAtATime(name, signal, work) {
  // Only pages that came by https, or from this machine, have locks.
  const locks = globalThis.navigator?.locks;
  if (!locks) return work(false);
  let isOurs = false;
  const begin = (/** @type {boolean} */ hasWaited) => {
    isOurs = true;
    return work(hasWaited);
  };
  const done = await locks.request(name, { ifAvailable: true }, (lock) => lock && begin(false));
  if (done !== null) return done;
  const turn = AbortSignal.timeout(LONGEST_TURN_MS);
  try {
    const either = AbortSignal.any([signal, turn]);
    return await locks.request(name, { signal: either }, () => begin(true));
  } catch (error) {
    if (isOurs || signal.aborted) throw error;
    return work(false);
  }
}
