// The public page: what everybody may read, through the app, without a session.

import { RequestFailed, readPublic } from "../../../roost.js";
import { button, element, part, textElement } from "./elements.js";
import { address } from "./served.js";
import { announce } from "./status.js";
import { wireThemeToggle } from "./theme.js";

const MOST_ROWS = 200;

wireThemeToggle(element("theme-toggle"));
/** @type {NodeListOf<HTMLElement>} */
const cards = document.querySelectorAll("[data-endpoint]");
for (const card of cards) {
  button(card, ".again").addEventListener("click", () => show(card));
  show(card);
}

/** @param {HTMLElement} card */
async function show(card) {
  card.setAttribute("aria-busy", "true");
  try {
    fill(card, await readPublic(address(""), card.dataset.endpoint ?? ""));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    explain(card, "error", `Not available now. ${error.message}`);
  } finally {
    card.removeAttribute("aria-busy");
  }
}

/**
 * @param {HTMLElement} card
 * @param {import("../../../roost.js").Answer} answer
 */
function fill(card, { meta, data, ageS }) {
  if (data.length === 0) return explain(card, "empty", "There is nothing to see yet.");
  const names = meta.map(({ name }) => name);
  part(card, "thead tr").replaceChildren(...names.map(headerCell));
  const rows = data.slice(0, MOST_ROWS).map((row) => line(names.map((name) => row[name])));
  part(card, "tbody").replaceChildren(...rows);
  part(card, ".updated").textContent = `${countOf(data)}, ${ageOf(ageS)}`;
  card.dataset.state = "ready";
  announce(`${part(card, "h2").textContent}: ${countOf(data)}.`);
}

/**
 * @param {HTMLElement} card
 * @param {string} state
 * @param {string} sentence
 */
function explain(card, state, sentence) {
  part(card, ".note").textContent = sentence;
  part(card, ".updated").textContent = "";
  card.dataset.state = state;
  announce(sentence);
}

/** @param {object[]} rows */
function countOf({ length }) {
  return length > MOST_ROWS ? `The first ${MOST_ROWS} of ${length} rows` : `${length} rows`;
}

/** @param {number} seconds */
function ageOf(seconds) {
  return seconds < 60 ? "as of now" : `as of ${Math.round(seconds / 60)} min ago`;
}

/** @param {string} name */
function headerCell(name) {
  const words = name.replaceAll("_", " ");
  const cell = textElement("th", words[0].toUpperCase() + words.slice(1));
  cell.scope = "col";
  cell.title = cell.textContent ?? "";
  return cell;
}

/** @param {unknown[]} values */
function line(values) {
  const row = document.createElement("tr");
  for (const value of values) {
    const cell = textElement("td", String(value ?? ""));
    cell.title = cell.textContent ?? "";
    row.append(cell);
  }
  return row;
}
