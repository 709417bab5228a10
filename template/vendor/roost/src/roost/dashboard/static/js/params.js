// The filters of the page as parameters of an endpoint.

import { addDays, mondayOf } from "./dates.js";

/**
 * Return the granularity that an entry's endpoint is asked for.
 * @param {{granularities?: string[]}} entry
 * @param {import("./filters.js").Selection} selection
 * @returns {"hour" | "day" | "week" | "month"}
 */
export function granularityOf({ granularities }, { granularity }) {
  return !granularities || granularities.includes(granularity) ? granularity : "day";
}

/**
 * Return the parameters that an entry takes, with their values.
 * @param {{params: string[], fixed?: object, granularities?: string[]}} entry
 * @param {import("./filters.js").Selection} selection
 * @returns {Record<string, string | number>}
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

function firstDay({ mostDays, wholeWeeks }, { from, to }) {
  const earliest = mostDays ? addDays(to, 1 - mostDays) : from;
  const first = earliest > from ? earliest : from;
  return wholeWeeks ? mondayOf(first) : first;
}
