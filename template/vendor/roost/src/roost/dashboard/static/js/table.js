// Recent events as a table with pages.

import { rowsOf } from "../../../roost-chart.js";
import { momentLabel } from "./dates.js";
import { button, copyOf, part, textElement } from "./elements.js";

const PAGE_ROWS = 20;
const COLUMNS = [
  { name: "timestamp", title: "Time" },
  { name: "event", title: "Event" },
  { name: "user_id", title: "User" },
  { name: "session_id", title: "Session" },
  { name: "properties", title: "Properties" },
];

/** A page of rows, and the way to the next ones. */
export class EventTable {
  #page = 0;

  /**
   * @param {HTMLElement} host
   * @param {string} title
   * @param {() => void} onPage called after the reader has turned a page
   */
  constructor(host, title, onPage) {
    const scroll = copyOf("table-template");
    this.body = part(scroll, "tbody");
    scroll.setAttribute("aria-label", title);
    part(scroll, "caption").textContent = title;
    part(scroll, "tr").replaceChildren(...COLUMNS.map(headerCell));
    this.pager = copyOf("pager-template");
    this.pager.setAttribute("aria-label", `Pages of ${title}`);
    for (const turn of this.pager.querySelectorAll("button")) {
      turn.addEventListener("click", () => {
        this.#page += Number(turn.dataset.step);
        onPage();
      });
    }
    host.replaceChildren(scroll, this.pager);
  }

  /** The page's number, from 1. */
  get number() {
    return this.#page + 1;
  }

  /** One row more than a page, to know whether another page follows. */
  get params() {
    return { limit: PAGE_ROWS + 1, offset: this.#page * PAGE_ROWS };
  }

  /** The rows of this page alone, for a download. */
  get pageParams() {
    return { limit: PAGE_ROWS, offset: this.#page * PAGE_ROWS };
  }

  /** Return to the newest rows. */
  rewind() {
    this.#page = 0;
  }

  /**
   * Show an answer.
   * @param {import("../../../roost.js").Answer} answer
   * @param {string} timezone
   * @param {import("./labels.js").Labels} labels
   * @returns {number} rows shown
   */
  show(answer, timezone, labels) {
    const rows = rowsOf(answer).slice(0, PAGE_ROWS);
    this.body.replaceChildren(...rows.map((row) => tableRow(row, timezone, labels)));
    button(this.pager, "[data-step='-1']").disabled = this.#page === 0;
    button(this.pager, "[data-step='1']").disabled = answer.data.length <= PAGE_ROWS;
    part(this.pager, ".page-number").textContent = `Page ${this.number}`;
    return rows.length;
  }
}

/** @param {{name: string, title: string}} column */
function headerCell({ name, title }) {
  const cell = textElement("th", title);
  cell.scope = "col";
  cell.dataset.column = name;
  return cell;
}

/**
 * @param {import("../../../roost.js").Row} row
 * @param {string} timezone
 * @param {import("./labels.js").Labels} labels
 */
function tableRow(row, timezone, labels) {
  const line = document.createElement("tr");
  line.dataset.eventId = row.event_id;
  line.append(...COLUMNS.map(({ name }) => dataCell(name, row[name], timezone)));
  part(line, "[data-column='event']").textContent = labels.of(row.event ?? "");
  return line;
}

/**
 * @param {string} name
 * @param {any} value
 * @param {string} timezone
 */
function dataCell(name, value, timezone) {
  const cell = document.createElement("td");
  cell.dataset.column = name;
  if (name === "timestamp") cell.append(timeElement(value, timezone));
  else if (name === "properties") cell.append(propertiesElement(value ?? ""));
  else cell.textContent = cell.title = value ?? "";
  return cell;
}

/**
 * @param {number} ms
 * @param {string} timezone
 */
function timeElement(ms, timezone) {
  const time = document.createElement("time");
  time.dateTime = time.title = new Date(ms).toISOString();
  time.textContent = momentLabel(ms, timezone);
  return time;
}

/** @param {string} text */
function propertiesElement(text) {
  const code = textElement("code", text === "{}" ? "" : text);
  code.title = text;
  return code;
}
