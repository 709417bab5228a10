// The tabs of one browser agree: one that shows another (user, tenant) than a tab that has just
// changed starts from the beginning. ClerkJS tells other tabs of a sign-out alone; after a switch
// of the organization it would let them keep theirs, and make it the active one again on focus.

const CHANNEL = "standing";

/** Tells the other tabs what this one shows, and hears of theirs. */
export class Tabs {
  #channel = new BroadcastChannel(CHANNEL);

  /**
   * @param {(standing: import("./tenant.js").Standing) => void} onStanding called with what
   *   another tab shows from now on
   */
  constructor(onStanding) {
    this.#channel.addEventListener("message", ({ data }) => onStanding(data));
  }

  /**
   * Tell the other tabs what this one shows from now on.
   * @param {import("./tenant.js").Standing} standing
   */
  tell(standing) {
    this.#channel.postMessage(standing);
  }
}
