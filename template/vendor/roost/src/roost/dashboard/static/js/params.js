// The filters of the page as parameters of an endpoint.

import { addDays, mondayOf } from "./dates.js";

/**
 * @typedef {import("../../../roost.js").Params} Params
 * @typedef {import("./filters.js").Selection} Selection
 * @typedef {import("./filters.js").Granularity} Granularity
 * @typedef {"from" | "to" | "timezone" | "event" | "granularity"} ParamName
 * @typedef {{params: ParamName[], fixed?: Params, granularities?: Granularity[],
 *   mostDays?: number, wholeWeeks?: boolean}} Asking
 */

/**
 * Return the granularity that an entry's endpoint is asked for.
 * @param {{granularities?: Granularity[]}} entry
 * @param {Selection} selection
 * @returns {Granularity}
 */
export function granularityOf({ granularities }, { granularity }) {
  return !granularities || granularities.includes(granularity) ? granularity : "day";
}

/**
 * Return the parameters that an entry takes, with their values.
 * @param {Asking} entry
 * @param {Selection} selection
 * @returns {Params}
 */
export function paramsOf(entry, selection) {
  const known = {
    from: { date_from: firstDay(entry, selection) },
    to: { date_to: selection.to },
    timezone: { timezone: selection.timezone },
    event: { event: selection.event },
    granularity: { granularity: granularityOf(entry, selection) },
  };
  return Object.assign({}, ...entry.params.map((name) => known[name]), entry.fixed);
}

/**
 * @param {Asking} entry
 * @param {Selection} selection
 */
function firstDay({ mostDays, wholeWeeks }, { from, to }) {
  const earliest = mostDays ? addDays(to, 1 - mostDays) : from;
  const first = earliest > from ? earliest : from;
  return wholeWeeks ? mondayOf(first) : first;
}
