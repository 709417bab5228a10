// The charts of the dashboard and of its frames, in the theme that their reader chose.

import { Drawing, tooltipBox } from "../../../roost-chart.js";
import { address } from "./served.js";
import { onThemeChange } from "./theme.js";

/** One chart on the page. */
export class Chart extends Drawing {
  /**
   * @param {HTMLElement} host
   * @param {string} specUrl a Vega-Lite spec that reads the named data `rows`
   * @param {AbortSignal} signal the chart goes when it aborts
   */
  constructor(host, specUrl, signal) {
    const vegaUrl = address("/static/vendor/vega.js");
    super(host, specUrl, { vegaUrl, tooltip: pageTooltip(), signal });
    onThemeChange(() => this.recolor(), signal);
  }
}

// One for all charts of the page.
function pageTooltip() {
  const found = document.getElementById("tooltip");
  if (found) return found;
  const made = tooltipBox();
  document.body.append(made);
  return made;
}
