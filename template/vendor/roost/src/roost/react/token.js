// The Tinybird token of the tenant on the page, for requests of the page's own.

import { useEffect, useState } from "react";
import { sleep } from "roost";

import { usePage } from "./provider.js";
import { statusOf, untilAnswered } from "./retrying.js";

/**
 * @typedef {{signal: AbortSignal | null, token: string | null, error: Error | null}} Held
 * signal: of the tenant whose token it is.
 */

// A look costs no request while the token lives.
const LOOK_MS = 5000;
/** @type {Held} */
const NOTHING = { signal: null, token: null, error: null };

/** @type {typeof import("./index.js").useTinybirdToken} */
export function useTinybirdToken() {
  const { roost, standing, signal } = usePage();
  const [held, setHeld] = useState(NOTHING);

  useEffect(() => {
    if (!roost || !signal) return;
    const own = new AbortController();
    follow(roost, AbortSignal.any([signal, own.signal]), (token, error) =>
      setHeld((last) => (isSame(last, token, error) ? last : { signal, token, error })),
    );
    return () => {
      own.abort();
      setHeld(NOTHING);
    };
  }, [roost, signal]);

  const isOurs = signal !== null && held.signal === signal;
  const { token, error } = isOurs ? held : NOTHING;
  return { token, error, status: statusOf(standing, isOurs, error) };
}

/**
 * @param {import("roost").Roost} roost
 * @param {AbortSignal} signal
 * @param {(token: string | null, error: Error | null) => void} tell
 */
async function follow(roost, signal, tell) {
  while (!signal.aborted) {
    await untilAnswered(() => roost.token({ signal }), signal, tell);
    await sleep(LOOK_MS, signal).catch(() => {});
  }
}

/**
 * @param {Held} held
 * @param {string | null} token
 * @param {Error | null} error
 */
function isSame(held, token, error) {
  return held.token === token && Boolean(held.error) === Boolean(error);
}
