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
export const NUMBERS = [
  {
    id: "events",
    label: "Events",
    note: "in this range",
    endpoint: "totals",
    column: "events",
    params: ["from", "to", "timezone", "event"],
  },
  {
    id: "users",
    label: "Users",
    note: "in this range",
    endpoint: "totals",
    column: "users",
    params: ["from", "to", "timezone", "event"],
  },
  {
    id: "daily_users",
    label: "Users a day",
    note: "on average",
    endpoint: "active_users",
    column: "users",
    perDay: true,
    params: ["from", "to", "timezone", "event"],
    fixed: { granularity: "day" },
  },
];

/** @type {{id: string, endpoint: string, title: string, description: string, params: Filters,
 *   fixed?: Record<string, string | number>, granularities?: Granularity[], mostDays?: number,
 *   wholeWeeks?: boolean, series?: "selected" | Granularity, control?: "steps", view?: "table",
 *   size: "wide" | "narrow" | "half" | "full", minWidth?: number}[]} */
export const CHARTS = [
  {
    id: "events_over_time",
    endpoint: "events_over_time",
    title: "Events over time",
    description: "How many events were sent.",
    params: ["from", "to", "timezone", "granularity", "event"],
    series: "selected",
    size: "wide",
  },
  {
    id: "top_events",
    endpoint: "top_events",
    title: "Top events",
    description: "The events that happened most.",
    params: ["from", "to", "timezone"],
    // The chart shows the first of them; the filters and the funnel offer all, of the same request.
    fixed: { limit: 50 },
    size: "narrow",
  },
  {
    id: "active_users",
    endpoint: "active_users",
    title: "Active users",
    description: "How many people did anything at all.",
    params: ["from", "to", "timezone", "granularity", "event"],
    granularities: ["day", "week", "month"],
    series: "selected",
    size: "half",
  },
  {
    id: "my_activity",
    endpoint: "my_activity",
    title: "My activity",
    description: "Your own events, a day at a time: three months at most.",
    params: ["from", "to", "timezone", "event"],
    mostDays: 92,
    series: "day",
    size: "half",
  },
  {
    id: "funnel",
    endpoint: "funnel",
    title: "Funnel",
    description: "How many people went all the way within a week of their first step.",
    params: ["from", "to", "timezone"],
    fixed: { window_hours: 168 },
    control: "steps",
    size: "half",
  },
  {
    id: "retention",
    endpoint: "retention",
    title: "Retention",
    description:
      "Share of a week's new people who came back: ten weeks at most, pale until they are over.",
    params: ["from", "to", "timezone", "event"],
    mostDays: 64,
    wholeWeeks: true,
    size: "half",
    minWidth: 460,
  },
  {
    id: "recent_events",
    endpoint: "recent_events",
    title: "Recent events",
    description: "What happened last, newest first.",
    params: ["from", "to", "timezone", "event"],
    view: "table",
    size: "full",
  },
];
