// A chart element's attributes, and what they stand for.

import { wordsOf } from "./chart-table.js";
import { labelBuckets, rowsOf, stepOf } from "./rows.js";

const GRANULARITIES = /** @type {const} */ (["hour", "day", "week", "month"]);
const NAMES = ["endpoint", "spec", "params", "label"];
const PROPERTIES = ["roost", ...NAMES];
// A server that renders pages imports this as well, and has no elements.
const Base = globalThis.HTMLElement ?? /** @type {unknown} */ (Object);

/** An element with the attributes of a chart as its properties. */
export class ChartAttributes extends Base {
  static observedAttributes = NAMES;

  get endpoint() {
    return this.getAttribute("endpoint") ?? "";
  }

  set endpoint(name) {
    this.setAttribute("endpoint", name);
  }

  get spec() {
    return this.getAttribute("spec") ?? this.endpoint;
  }

  set spec(name) {
    this.setAttribute("spec", name);
  }

  get label() {
    return this.getAttribute("label") ?? wordsOf(this.endpoint);
  }

  set label(text) {
    this.setAttribute("label", text);
  }

  get params() {
    return paramsIn(this.getAttribute("params") ?? "{}");
  }

  set params(params) {
    this.setAttribute("params", JSON.stringify(params));
  }

  /** Take what was set before the element was known, which would hide its own properties. */
  takeProperties() {
    const self = /** @type {Record<string, any>} */ (/** @type {unknown} */ (this));
    for (const name of PROPERTIES.filter((each) => Object.hasOwn(this, each))) {
      const value = self[name];
      delete self[name];
      self[name] = value;
    }
  }
}

/** @param {string} text */
function paramsIn(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * @param {string} spec the name of one of the project's, or an address
 * @param {string} url where the app is
 */
export function specAddress(spec, url) {
  const isAddress = /[/.]/.test(spec);
  return isAddress ? new URL(spec, document.baseURI).href : `${url}/static/charts/${spec}.json`;
}

/** @type {typeof import("./roost-chart.js").preparedRows} */
export function preparedRows(answer, { granularity, timezone }) {
  const rows = rowsOf(answer);
  if (rows[0]?.bucket === undefined) return rows;
  const step = GRANULARITIES.find((each) => each === granularity) ?? stepOf(rows);
  return labelBuckets(rows, step, String(timezone ?? "UTC"));
}
