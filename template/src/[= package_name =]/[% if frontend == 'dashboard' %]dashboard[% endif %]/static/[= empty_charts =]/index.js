// What the dashboard shows: one entry a number, one entry a chart.
//
// To add a chart: write its Vega-Lite spec to `charts/<id>.json`, reading the named data `rows`
// and without colours (the theme gives them); add an entry here; grant its endpoint in
// `policy.py`. Entries whose endpoint the reader's token does not hold are left out.
//
//   id           name of the spec file and of the chart on the page
//   endpoint     Tinybird endpoint; entries that ask it for the same share one request
//   title, description   what the reader sees above the chart
//   params       filters that the endpoint takes: from | to | timezone | granularity | event
//   fixed        further parameters, always the same
//   granularities        those that the endpoint knows, if not all; others become "day"
//   perDay       of a number: the mean of all days, not their sum
//   mostDays     days back from the last day of the range, if it does not show them all
//   wholeWeeks   from the Monday of the first week, so that no week lacks its beginning
//   series       the granularity of its `bucket`: "selected", or one such as "day"
//   control      "steps" for the funnel's choice of steps
//   view         "table" for rows with paging instead of a spec
//   size         width on a wide screen: "wide" | "narrow" | "half" | "full"
//   minWidth     px below which the chart scrolls sideways instead of shrinking

/**
 * @typedef {"hour" | "day" | "week" | "month"} Granularity
 * @typedef {("from" | "to" | "timezone" | "granularity" | "event")[]} Filters
 */

/** @type {{id: string, label: string, note: string, endpoint: string, column: string,
 *   perDay?: boolean, params: Filters, fixed?: Record<string, string | number>}[]} */
export const NUMBERS = [];

/** @type {{id: string, endpoint: string, title: string, description: string, params: Filters,
 *   fixed?: Record<string, string | number>, granularities?: Granularity[], mostDays?: number,
 *   wholeWeeks?: boolean, series?: "selected" | Granularity, control?: "steps", view?: "table",
 *   size: "wide" | "narrow" | "half" | "full", minWidth?: number}[]} */
export const CHARTS = [
  {
    id: "recent_events",
    endpoint: "recent_events",
    title: "Recent events",
    description: "What happened last, newest first.",
    params: ["from", "to", "event"],
    view: "table",
    size: "full",
  },
];
