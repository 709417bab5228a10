// The headline numbers, each with its change against the period before.

import { daysIn } from "./dates.js";
import { copyOf, part, textElement } from "./elements.js";

/** @typedef {import("../../../roost.js").Row} Row */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 1 });

/**
 * One number, as the app's `charts/index.js` describes it.
 * @typedef {{id: string, label: string, note: string, endpoint: string, column: string,
 *   perDay?: boolean, params: import("./params.js").ParamName[],
 *   fixed?: import("../../../roost.js").Params}} NumberEntry
 */

/**
 * Put an empty card on the page for each number that the token can read.
 * @param {HTMLElement} container
 * @param {NumberEntry[]} numbers
 * @param {string[]} endpoints
 * @returns {{entry: NumberEntry, card: HTMLElement}[]}
 */
export function buildNumbers(container, numbers, endpoints) {
  const readable = numbers.filter(({ endpoint }) => endpoints.includes(endpoint));
  const built = readable.map((entry) => {
    const card = copyOf("number-template");
    card.dataset.number = entry.id;
    part(card, "h2").textContent = entry.label;
    return { entry, card };
  });
  container.replaceChildren(...built.map(({ card }) => card));
  return built;
}

/**
 * Make one number of an endpoint's rows.
 * @param {NumberEntry} entry
 * @param {Row[]} rows
 * @param {{from: string, to: string}} range
 * @returns {number}
 */
export function figureOf({ column, perDay }, rows, range) {
  const sum = rows.reduce((total, row) => total + Number(row[column]), 0);
  return perDay ? sum / daysIn(range) : sum;
}

/**
 * Show a number and its change.
 * @param {HTMLElement} card
 * @param {NumberEntry} entry
 * @param {{now: number, before: number, days: number}} figures
 */
export function showNumber(card, entry, { now, before, days }) {
  card.dataset.state = "ready";
  card.setAttribute("aria-busy", "false");
  card.dataset.value = String(now);
  card.dataset.before = String(before);
  part(card, ".value").textContent = now < 100 ? SHORT.format(now) : WHOLE.format(now);
  const change = part(card, ".change");
  change.dataset.direction = String(Math.sign(now - before));
  change.replaceChildren(...changeParts(now, before, days), ` · ${entry.note}`);
}

/**
 * Show that a number is not known.
 * @param {HTMLElement} card
 * @param {string} sentence
 */
export function showNoNumber(card, sentence) {
  card.dataset.state = "error";
  card.setAttribute("aria-busy", "false");
  delete card.dataset.value;
  part(card, ".value").textContent = "–";
  part(card, ".change").textContent = sentence;
}

/**
 * @param {number} now
 * @param {number} before
 * @param {number} days
 * @returns {(HTMLElement | string)[]}
 */
function changeParts(now, before, days) {
  const period = days === 1 ? "the day before" : `the ${days} days before`;
  if (before === 0)
    return [textElement("strong", now === 0 ? "no change" : "new"), ` vs ${period}`];
  const change = (now - before) / before;
  const arrow = change > 0 ? "▲" : change < 0 ? "▼" : "=";
  const sign = textElement("span", `${arrow} `);
  sign.setAttribute("aria-hidden", "true");
  const word = change < 0 ? "down " : change > 0 ? "up " : "";
  const figure = textElement("strong", PERCENT.format(Math.abs(change)));
  figure.prepend(sign, textElement("span", word, "visually-hidden"));
  return [figure, ` vs ${period}`];
}
