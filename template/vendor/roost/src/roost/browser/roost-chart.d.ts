// What roost-chart.js offers: a chart element, and what the dashboard draws its charts with.

import type { Answer, Params, Roost, Row } from "./roost.js";

/** What charts read from: a Roost, or anything else that reads for one tenant. */
export type ChartSource = Pick<Roost, "url" | "read" | "csv" | "onTenantChange">;

/** Let all charts of the page read from this, now and later, but those with a `roost` of their own. */
export function connectCharts(source: ChartSource): void;

/**
 * loading: no answer yet. ready: drawn. empty: there is nothing to draw. error: a sentence says why
 * there is no chart. limited: asked too often, or the day's reads are spent.
 */
export type ChartState = "loading" | "ready" | "empty" | "error" | "limited";

/**
 * `<roost-chart endpoint="top_events" spec="top_events" params='{"limit": 5}' label="Top events">`
 *
 * It reads when it comes into view (with `loading="eager"` before that), again when an attribute or
 * the tenant changes, and later by itself what was out of reach. `data-state` on it is its state;
 * `::part(note)` is its sentence, `::part(csv)` its button.
 */
export class RoostChart extends HTMLElement {
  endpoint: string;
  /** The name of one of the project's specs, or an address; by default as the endpoint. */
  spec: string;
  /** JSON in the attribute; null while it is none. */
  get params(): Params | null;
  set params(params: Params);
  /** What it is called for who cannot see it; by default the words of the endpoint. */
  label: string;
  /** What it reads from; by default what `connectCharts` was given. */
  roost: ChartSource | null;
  readonly state: ChartState;
  /** Read again. */
  refresh(): void;
}

export type Granularity = "hour" | "day" | "week" | "month";

/** https://vega.github.io/vega/docs/api/view/ */
export interface View {
  signal(name: string, value: number): View;
  runAsync(): Promise<View>;
  finalize(): void;
}

/** https://github.com/vega/vega-embed */
export type VegaEmbed = (
  host: HTMLElement,
  spec: object,
  options: object,
) => Promise<{ view: View; finalize: () => void }>;

export interface DrawingOptions {
  /** The script that brings Vega. */
  vegaUrl: string;
  tooltip: HTMLElement;
  /** The drawing goes when it aborts. */
  signal: AbortSignal;
}

/** A Vega-Lite spec drawn in an element, as wide as that, in the colours of the page. */
export class Drawing {
  constructor(host: HTMLElement, specUrl: string, options: DrawingOptions);
  readonly specUrl: string;
  /** Draw with these rows; later calls wait for earlier ones. */
  draw(rows: Row[]): Promise<void>;
  /** Take the colours of the page as they are now. */
  recolor(): Promise<void>;
}

/** Make the hidden box of a tooltip. */
export function tooltipBox(): HTMLElement;

/** Return the rows of an answer, with dates, times and `bucket` as ms of the time on the wall. */
export function rowsOf(answer: Pick<Answer, "meta" | "data">): Row[];
/** Give each bucket its end and its label, and leave out those that are still to come. */
export function labelBuckets(
  rows: Row[],
  granularity: Granularity,
  timezone: string,
  now?: Date,
): Row[];
/**
 * Make the rows of an answer ready to be drawn: `rowsOf`, and `labelBuckets` for a series, by the
 * parameters that it was asked for with, or else by the distance of its first two buckets.
 */
export function preparedRows(answer: Pick<Answer, "meta" | "data">, params: Params): Row[];
/** Tell whether there is nothing to draw: no rows, or events and users that are all zero. */
export function isEmpty(rows: Row[]): boolean;
/** Write the time on the wall: `2026-11-23 14:00:00`. */
export function wallClock(timezone: string, now: Date): string;

/** Hand a CSV to the reader as a file in which no text is a formula to a spreadsheet. */
export function saveCsv(csv: string, name: string, signal: AbortSignal): Promise<void>;

declare global {
  interface HTMLElementTagNameMap {
    "roost-chart": RoostChart;
  }
  interface Window {
    vegaEmbed?: VegaEmbed;
  }
}
