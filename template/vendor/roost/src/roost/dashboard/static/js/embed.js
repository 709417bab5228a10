// One chart in a frame, read from Tinybird with the guest token of the address's fragment.

/**
 * @typedef {import("../../../roost.js").Row} Row
 * @typedef {{resource: string, fixed_params?: Record<string, string>}} Scope
 */

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const { api, endpoint, tenant, spec = "" } = main.dataset;

const SENTENCES = {
  missing: "This chart needs a new token: load the page around it anew.",
  expired: "The token of this chart has expired: load the page around it anew.",
  other: "The token is not one of this chart.",
  limited: "This chart is asked for too often at the moment: try again in a minute.",
  invalid: "The numbers of this chart could not be read.",
  unreachable: "The numbers cannot be reached at the moment.",
  undrawn: "This chart could not be drawn.",
};

/** A chart that is not shown, and the sentence that says why. */
class Refused extends Error {}

// At once, before anything is loaded that could take its time.
const token = takeToken();
show().catch((error) => {
  if (!(error instanceof Refused)) console.error(error);
  say("error", error instanceof Refused ? error.message : SENTENCES.undrawn);
});

/** Take the token out of the address, so that it is in no history and in nobody's copy of it. */
function takeToken() {
  const text = location.hash.slice(1);
  if (text) history.replaceState(null, "", location.pathname + location.search);
  return text;
}

async function show() {
  const rows = await readRows(fixedParams());
  if (rows.length === 0) return say("empty", "There is nothing to show yet.");
  const { Chart } = await import("./charts.js");
  // What is hidden has no width to draw at.
  main.dataset.state = "ready";
  const plot = /** @type {HTMLElement} */ (main.querySelector(".plot"));
  await new Chart(plot, spec, new AbortController().signal).draw(rows);
}

// Tinybird decides what a token reads. Here it only says whether it is the right one to ask with.
function fixedParams() {
  if (!token) throw new Refused(SENTENCES.missing);
  const { exp, scopes } = claims();
  const scope = scopes.find(({ resource }) => resource === endpoint);
  const fixed = scope?.fixed_params;
  if (!fixed || fixed.tenant_id !== tenant) throw new Refused(SENTENCES.other);
  if (exp * 1000 <= Date.now()) throw new Refused(SENTENCES.expired);
  return fixed;
}

/** @returns {{exp: number, scopes: Scope[]}} */
function claims() {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return { scopes: [], ...JSON.parse(atob(part)) };
  } catch {
    throw new Refused(SENTENCES.other);
  }
}

/**
 * @param {Record<string, string>} fixed
 * @returns {Promise<Row[]>}
 */
async function readRows({ timezone = "UTC" }) {
  const { meta, data } = await (await ask()).json().catch(() => {
    throw new Refused(SENTENCES.unreachable);
  });
  const { preparedRows } = await import("../../../roost-chart.js");
  return preparedRows({ meta, data }, { timezone });
}

async function ask() {
  const response = await fetch(`${api}/v0/pipes/${endpoint}.json`, {
    headers: { Authorization: `Bearer ${token}` },
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  }).catch(() => {
    throw new Refused(SENTENCES.unreachable);
  });
  if (!response.ok) throw new Refused(sentenceOf(response.status));
  return response;
}

/** @param {number} status */
function sentenceOf(status) {
  if (status === 401 || status === 403) return SENTENCES.expired;
  if (status === 429) return SENTENCES.limited;
  return status >= 500 ? SENTENCES.unreachable : SENTENCES.invalid;
}

/**
 * @param {"empty" | "error"} state
 * @param {string} sentence
 */
function say(state, sentence) {
  main.dataset.state = state;
  const note = /** @type {HTMLElement} */ (main.querySelector(".note"));
  note.textContent = sentence;
}
