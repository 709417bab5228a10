// Reads of the tenant that is on the page: begun anew with another tenant, given up with their own.

import { useCallback, useEffect, useEffectEvent, useState } from "react";
import { queryOf } from "roost";

import { usePage } from "./provider.js";
import { statusOf, untilAnswered } from "./retrying.js";

/**
 * @typedef {import("roost").Roost} Roost
 * @typedef {(roost: Roost, signal: AbortSignal) => Promise<any>} Read
 * @typedef {{signal: AbortSignal | null, key: string, answer: any, error: Error | null}} Held
 * signal: of the tenant whose answer it is. key: of the read that ended last.
 */

/** @type {Held} */
const NOTHING = { signal: null, key: "", answer: null, error: null };

/** @type {(...asked: any[]) => any} */
export function useTinybirdQuery(endpoint, params = {}) {
  const read = (/** @type {Roost} */ roost, /** @type {AbortSignal} */ signal) =>
    roost.read(endpoint, params, { signal });
  const { answer, ...rest } = useReading(endpoint, queryOf(params), read);
  return {
    data: answer?.data ?? null,
    meta: answer?.meta ?? null,
    ageS: answer?.ageS ?? 0,
    ...rest,
  };
}

/** @type {typeof import("./index.js").useTinybirdEndpoints} */
export function useTinybirdEndpoints() {
  const { answer, ...rest } = useReading("", "", (roost, signal) => roost.endpoints({ signal }));
  return { endpoints: answer, ...rest };
}

/**
 * @param {string} subject what is asked; the answer of another one is not shown in its place
 * @param {string} details of what is asked; until they are answered, the last answer stays
 * @param {Read} read
 */
function useReading(subject, details, read) {
  const { roost, standing, signal } = usePage();
  const [turn, setTurn] = useState(0);
  const [held, setHeld] = useState(NOTHING);
  const key = `${subject}?${details}#${turn}`;
  const ask = useEffectEvent(read);

  useEffect(() => {
    if (!roost || !signal) return;
    const own = new AbortController();
    const either = AbortSignal.any([signal, own.signal]);
    untilAnswered(
      () => ask(roost, either),
      either,
      (answer, error) => setHeld({ signal, key, answer, error }),
    );
    return () => {
      own.abort();
      if (signal.aborted) setHeld(NOTHING);
    };
  }, [roost, signal, key]);

  const isOurs = held.signal === signal && held.key.startsWith(`${subject}?`);
  const { answer, error } = isOurs ? held : NOTHING;
  const isCurrent = isOurs && held.key === key;
  const refresh = useCallback(() => setTurn((turns) => turns + 1), []);
  return { answer, error, status: statusOf(standing, isCurrent, error), refresh };
}
