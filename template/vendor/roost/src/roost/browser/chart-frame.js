// What a chart element is made of: plot, sentence, CSV button, table, and their style.

import { tooltipBox } from "./tooltip.js";

// A sheet of its own: a strict Content-Security-Policy allows no style in the page.
const STYLE = `
:host { display: block; position: relative; min-width: 0; }
:host([hidden]), [hidden] { display: none; }
.head { display: flex; justify-content: flex-end; }
button {
  padding: 4px 10px;
  border: 1px solid var(--line, light-dark(#e3e6e2, #2a312f));
  border-radius: 8px;
  background: var(--surface, Canvas);
  color: var(--text, CanvasText);
  font: inherit;
  font-size: 0.8125rem;
}
button:disabled { opacity: 0.45; }
.body { min-height: 160px; }
.plot svg { display: block; overflow: visible; }
.body:not([data-state="ready"]) .plot { visibility: hidden; height: 0; overflow: hidden; }
.body[data-state="ready"][aria-busy="true"] .plot { opacity: 0.45; }
.body[data-state="ready"] .note { display: none; }
.note {
  display: grid;
  min-height: inherit;
  margin: 0;
  place-content: center;
  color: var(--muted, light-dark(#5b6661, #9aa7a1));
  text-align: center;
  overflow-wrap: anywhere;
}
.body[data-state="error"] .note { color: var(--bad, light-dark(#b1362d, #f2938a)); }
.table {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
#tooltip {
  position: fixed;
  inset: 0 auto auto 0;
  padding: 4px 10px;
  border: 1px solid var(--line, light-dark(#e3e6e2, #2a312f));
  border-radius: 8px;
  background: var(--surface, Canvas);
  color: var(--text, CanvasText);
  font-size: 0.8125rem;
  pointer-events: none;
}
#tooltip div { display: flex; gap: 12px; justify-content: space-between; }
/* Whatever changes a colour, a transition of it tells that it has changed. */
.colors {
  position: absolute;
  visibility: hidden;
  border: 0 solid;
  background-color: light-dark(#fff, #000);
  border-color: var(--text, red) var(--muted, red) var(--line, red) var(--chart-1, red);
  caret-color: var(--heat-0, red);
  outline-color: var(--chart-2, red);
  transition: all 1ms;
}
`;

/** The inside of one chart element. */
export class Frame {
  /** @param {ShadowRoot} root */
  constructor(root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.csv = made("button", "csv");
    this.csv.type = "button";
    this.note = made("p", "note");
    this.note.role = "status";
    this.plot = made("div", "plot");
    // Its marks are in the table as well.
    this.plot.ariaHidden = "true";
    this.body = made("div", "body", this.plot, this.note);
    this.table = made("div", "table");
    this.group = made("div", "group", made("div", "head", this.csv), this.body, this.table);
    this.group.role = "group";
    this.colors = made("div", "colors");
    this.tooltip = tooltipBox();
    root.append(this.group, this.colors, this.tooltip);
  }

  /**
   * @param {string} label
   * @param {string} [hint] of the button, after a download that failed
   */
  name(label, hint) {
    this.group.ariaLabel = label;
    const end = hint ? `CSV: ${hint}` : "CSV";
    this.csv.ariaLabel = `Download ${label} as ${end}`;
    this.csv.textContent = end;
  }

  /** Say that an answer is on its way; what is shown stays. */
  wait() {
    this.body.ariaBusy = "true";
  }

  /**
   * @param {import("./roost-chart.js").ChartState} state
   * @param {string} sentence
   */
  show(state, sentence) {
    this.body.dataset.state = state;
    this.body.ariaBusy = String(state === "loading");
    if (this.note.textContent !== sentence) this.note.textContent = sentence;
    this.csv.disabled = state !== "ready";
    if (state !== "ready") this.table.replaceChildren();
  }

  /** Begin anew with an empty place for a drawing. */
  newPlot() {
    const place = made("div", "place");
    this.plot.replaceChildren(place);
    return place;
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...HTMLElement} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function made(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.setAttribute("part", className);
  element.append(...children);
  return element;
}
