// Rights that end while the page is open: a removal from the organization, a lower role.

import { sessionToken } from "./clerk.js";
import { RequestFailed } from "./failures.js";
import { sleep } from "./waiting.js";

const CHECK_MS = 5000;
const OVER = ["lost", "stale"];

/**
 * Look after the rights of a scope until it ends, also while the reader does nothing. What is
 * looked at is held in memory, so that a look costs a request only when it gets old.
 * @param {object} clerk
 * @param {import("./tenant.js").Scope} scope
 * @param {{check: () => Promise<void>}} reader
 * @param {() => void} onLost called once, when the user may no longer read what is shown
 */
export async function watchRights(clerk, scope, reader, onLost) {
  while (!scope.signal.aborted) {
    await sleep(CHECK_MS, scope.signal).catch(() => {});
    const kind = await failureKind(clerk, reader);
    if (!scope.signal.aborted && OVER.includes(kind)) return onLost();
  }
}

async function failureKind(clerk, reader) {
  try {
    await sessionToken(clerk);
    await reader.check();
    return null;
  } catch (error) {
    return error instanceof RequestFailed ? error.kind : null;
  }
}
