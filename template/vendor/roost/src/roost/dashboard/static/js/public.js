// The public page: what everybody may read, through the app, without a session.

import { RequestFailed, readPublic } from "../../../roost.js";
import { address } from "./served.js";
import { announce } from "./status.js";
import { wireThemeToggle } from "./theme.js";

const MOST_ROWS = 200;

wireThemeToggle(document.getElementById("theme-toggle"));
for (const card of document.querySelectorAll("[data-endpoint]")) {
  card.querySelector(".again").addEventListener("click", () => show(card));
  show(card);
}

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

function fill(card, { meta, data, ageS }) {
  if (data.length === 0) return explain(card, "empty", "There is nothing to see yet.");
  const names = meta.map(({ name }) => name);
  card.querySelector("thead tr").replaceChildren(...names.map((name) => cell("th", titleOf(name))));
  const rows = data.slice(0, MOST_ROWS).map((row) => line(names.map((name) => row[name])));
  card.querySelector("tbody").replaceChildren(...rows);
  card.querySelector(".updated").textContent = `${countOf(data)}, ${ageOf(ageS)}`;
  card.dataset.state = "ready";
  announce(`${card.querySelector("h2").textContent}: ${countOf(data)}.`);
}

function explain(card, state, sentence) {
  card.querySelector(".note").textContent = sentence;
  card.querySelector(".updated").textContent = "";
  card.dataset.state = state;
  announce(sentence);
}

function countOf({ length }) {
  return length > MOST_ROWS ? `The first ${MOST_ROWS} of ${length} rows` : `${length} rows`;
}

function ageOf(seconds) {
  return seconds < 60 ? "as of now" : `as of ${Math.round(seconds / 60)} min ago`;
}

function titleOf(name) {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

function line(values) {
  const row = document.createElement("tr");
  row.append(...values.map((value) => cell("td", String(value ?? ""))));
  return row;
}

function cell(kind, text) {
  const element = document.createElement(kind);
  if (kind === "th") element.scope = "col";
  element.textContent = element.title = text;
  return element;
}
