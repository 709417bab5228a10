// What the page says about itself: a banner for outages, a quiet line for screen readers.

import { sleep } from "../../../roost.js";
import { button, element } from "./elements.js";

const banner = element("banner");
const text = element("banner-text");
const countdown = element("banner-countdown");
const live = element("live");
/** @type {AbortController | null} */
let waiting = null;

/**
 * Say something to screen readers, politely.
 * @param {string} sentence
 */
export function announce(sentence) {
  live.textContent = sentence;
}

/**
 * Show an outage and count down to the next try; only the latest outage counts.
 * @param {string} sentence
 * @param {number} delayMs
 * @param {AbortSignal} [signal] gives up both banner and waiting
 * @returns {Promise<void>} resolves when it is time, or when the reader cannot wait
 */
export async function waitOut(sentence, delayMs, signal) {
  waiting?.abort();
  const mine = (waiting = new AbortController());
  signal?.addEventListener("abort", recovered, { once: true, signal: mine.signal });
  const stop = new AbortController();
  const { signal: gone } = stop;
  button(banner, "button").addEventListener("click", () => stop.abort(), { signal: gone });
  addEventListener("online", () => stop.abort(), { signal: gone });
  showBanner(sentence);
  const until = performance.now() + delayMs;
  while (!mine.signal.aborted && !stop.signal.aborted && performance.now() < until) {
    countdown.textContent = `Trying again in ${inWords(until - performance.now())}.`;
    await sleep(Math.min(1000, until - performance.now()), stop.signal).catch(() => {});
  }
  stop.abort();
  if (!mine.signal.aborted) countdown.textContent = "Trying again …";
}

/** Take the banner away: what was unreachable answers again. */
export function recovered() {
  waiting?.abort();
  banner.hidden = true;
  text.textContent = "";
}

/** @param {number} ms */
function inWords(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

// Unchanged text is not written again, so that it is read out once.
/** @param {string} sentence */
function showBanner(sentence) {
  banner.hidden = false;
  if (text.textContent !== sentence) text.textContent = sentence;
}
