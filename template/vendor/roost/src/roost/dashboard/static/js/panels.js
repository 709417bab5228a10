// The parts of the dashboard that read endpoints: numbers, charts, the funnel, the table.

import { isEmpty, labelBuckets, rowsOf } from "../../../roost-chart.js";
import { RequestFailed, isAbort, mayRecover } from "../../../roost.js";
import { Card } from "./cards.js";
import { Chart } from "./charts.js";
import { daysIn, rangeBefore } from "./dates.js";
import { figureOf, showNoNumber, showNumber } from "./numbers.js";
import { granularityOf, paramsOf } from "./params.js";
import { address } from "./served.js";
import { Steps } from "./steps.js";
import { EventTable } from "./table.js";

/**
 * @typedef {import("./filters.js").Selection} Selection
 * @typedef {import("../../../roost.js").Answer} Answer
 * @typedef {import("../../../roost.js").Params} Params
 * @typedef {import("./cards.js").ChartEntry} ChartEntry
 * @typedef {import("./labels.js").Labels} Labels
 * @typedef {(endpoint: string, params: Params) => Promise<Answer>} Ask
 */

const NOTHING = "Nothing happened in this range.";

// With what a reader may tell whoever runs the app; a limit is no fault that anybody looks for.
/** @param {unknown} error */
function sentenceOf(error) {
  if (!(error instanceof RequestFailed)) return "This could not be shown.";
  const { message, requestId, status } = error;
  return requestId && status !== 429 ? `${message} (request ${requestId})` : message;
}

/** What all parts have in common: an older answer never overwrites a newer one. */
/**
 * @template Answered
 */
class Panel {
  #turn = 0;

  loading() {}

  /**
   * @param {Ask} _ask
   * @param {Selection} _selection
   * @returns {Promise<Answered>}
   */
  async read(_ask, _selection) {
    throw new TypeError("Each panel reads in its own way.");
  }

  /**
   * @param {Answered} _answer
   * @param {Selection} _selection
   * @returns {void | Promise<void>}
   */
  show(_answer, _selection) {}

  /** @param {string} _sentence what is shown instead */
  fail(_sentence) {}

  /**
   * Read and show.
   * @param {Ask} ask
   * @param {Selection} selection
   * @returns {Promise<unknown>} null once it is shown, the error that is shown instead, or
   *   undefined when neither is, because a newer answer is on its way
   */
  async refresh(ask, selection) {
    const turn = ++this.#turn;
    this.loading();
    try {
      const answer = await this.read(ask, selection);
      if (turn !== this.#turn) return undefined;
      await this.show(answer, selection);
      return null;
    } catch (error) {
      if (isAbort(error) || turn !== this.#turn) return undefined;
      if (!mayRecover(error)) console.error(error);
      this.fail(sentenceOf(error));
      return error;
    }
  }
}

/**
 * A headline number.
 * @extends {Panel<[Answer, Answer]>}
 */
export class NumberPanel extends Panel {
  /**
   * @param {import("./numbers.js").NumberEntry} entry
   * @param {HTMLElement} card
   */
  constructor(entry, card) {
    super();
    this.entry = entry;
    this.card = card;
  }

  loading() {
    this.card.setAttribute("aria-busy", "true");
  }

  /**
   * @param {Ask} ask
   * @param {Selection} selection
   * @returns {Promise<[Answer, Answer]>}
   */
  read(ask, selection) {
    const before = { ...selection, ...rangeBefore(selection) };
    const of = (/** @type {Selection} */ range) =>
      ask(this.entry.endpoint, paramsOf(this.entry, range));
    return Promise.all([of(selection), of(before)]);
  }

  /**
   * @param {[Answer, Answer]} answers
   * @param {Selection} selection
   */
  show([now, before], selection) {
    const days = daysIn(selection);
    const figure = (/** @type {Answer} */ { data }) => figureOf(this.entry, data, selection);
    showNumber(this.card, this.entry, { now: figure(now), before: figure(before), days });
  }

  fail() {
    showNoNumber(this.card, "Not available");
  }
}

/**
 * A chart in its card.
 * @extends {Panel<Answer>}
 */
export class ChartPanel extends Panel {
  /**
   * @param {ChartEntry} entry
   * @param {AbortSignal} signal
   * @param {Labels} labels
   */
  constructor(entry, signal, labels) {
    super();
    this.entry = entry;
    this.labels = labels;
    this.card = new Card(entry);
    this.chart = new Chart(this.card.plot, address(`/static/charts/${entry.id}.json`), signal);
  }

  loading() {
    this.card.loading();
  }

  /**
   * @param {Ask} ask
   * @param {Selection} selection
   */
  async read(ask, selection) {
    const asked = ask(this.entry.endpoint, this.params(selection));
    const [answer] = await Promise.all([asked, this.labels.ready()]);
    return answer;
  }

  /**
   * The parameters of the data that is shown, for reading and for download.
   * @param {Selection} selection
   * @returns {Params}
   */
  params(selection) {
    return paramsOf(this.entry, selection);
  }

  /**
   * @param {Answer} answer
   * @param {Selection} selection
   */
  async show(answer, selection) {
    const rows = this.labels.name(this.#labelled(rowsOf(answer), selection));
    if (isEmpty(rows)) {
      this.card.explain("empty", NOTHING);
    } else {
      await this.chart.draw(rows);
      this.card.ready(rows.length);
    }
  }

  /** @param {string} sentence */
  fail(sentence) {
    this.card.explain("error", sentence);
  }

  /**
   * @param {import("../../../roost.js").Row[]} rows
   * @param {Selection} selection
   */
  #labelled(rows, selection) {
    const { series } = this.entry;
    if (!series) return rows;
    const granularity = series === "selected" ? granularityOf(this.entry, selection) : series;
    return labelBuckets(rows, granularity, selection.timezone);
  }
}

/** The funnel: a chart whose steps the reader chooses. */
export class FunnelPanel extends ChartPanel {
  /**
   * @param {ChartEntry} entry
   * @param {AbortSignal} signal
   * @param {Labels} labels
   * @param {(ask: Ask, selection: Selection) => Promise<string[]>} eventNames
   * @param {(panel: FunnelPanel) => void} onSteps called after the reader chose other steps
   */
  constructor(entry, signal, labels, eventNames, onSteps) {
    super(entry, signal, labels);
    this.eventNames = eventNames;
    this.steps = new Steps(this.card.controls, labels, () => onSteps(this));
  }

  /**
   * @param {Ask} ask
   * @param {Selection} selection
   */
  async read(ask, selection) {
    const [names, answer] = await Promise.all([
      this.eventNames(ask, selection),
      super.read(ask, selection),
    ]);
    this.steps.offer(
      names,
      answer.data.map(({ event }) => event),
    );
    return answer;
  }

  // Until the reader chooses, the endpoint's own steps.
  /**
   * @param {Selection} selection
   * @returns {Params}
   */
  params(selection) {
    return { ...super.params(selection), steps: this.steps.chosen };
  }
}

/**
 * Rows with paging.
 * @extends {Panel<Answer>}
 */
export class TablePanel extends Panel {
  #selected = "";

  /**
   * @param {ChartEntry} entry
   * @param {Labels} labels
   * @param {(panel: TablePanel) => void} onPage called after the reader turned a page
   */
  constructor(entry, labels, onPage) {
    super();
    this.entry = entry;
    this.labels = labels;
    this.card = new Card(entry);
    this.table = new EventTable(this.card.plot, entry.title, () => onPage(this));
  }

  loading() {
    this.card.loading();
  }

  /**
   * @param {Ask} ask
   * @param {Selection} selection
   */
  async read(ask, selection) {
    const params = paramsOf(this.entry, selection);
    if (this.#selected !== JSON.stringify(params)) this.table.rewind();
    this.#selected = JSON.stringify(params);
    const asked = ask(this.entry.endpoint, { ...params, ...this.table.params });
    const [answer] = await Promise.all([asked, this.labels.ready()]);
    return answer;
  }

  /**
   * @param {Selection} selection
   * @returns {Params}
   */
  params(selection) {
    return { ...paramsOf(this.entry, selection), ...this.table.pageParams };
  }

  /**
   * @param {Answer} answer
   * @param {Selection} selection
   */
  show(answer, { timezone }) {
    const rows = this.table.show(answer, timezone, this.labels);
    if (rows) this.card.ready(rows);
    else this.card.explain("empty", NOTHING);
  }

  /** @param {string} sentence */
  fail(sentence) {
    this.card.explain("error", sentence);
  }
}
