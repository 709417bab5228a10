// The charts' tooltip: text nodes only, because event names are whatever somebody sent.

const DISTANCE_PX = 14;

/** @type {typeof import("./roost-chart.js").tooltipBox} */
export function tooltipBox() {
  const box = document.createElement("div");
  box.id = "tooltip";
  box.hidden = true;
  box.setAttribute("aria-hidden", "true");
  return box;
}

// Shows or hides the tooltip of a mark; the signature is Vega's.
/** @param {HTMLElement} box */
export function tooltipIn(box) {
  /**
   * @param {unknown} _handler
   * @param {MouseEvent} event
   * @param {unknown} _item
   * @param {Record<string, string> | null} value title to text
   */
  return (_handler, event, _item, value) => {
    if (!value || typeof value !== "object") return hideTooltip(box);
    box.replaceChildren(...Object.entries(value).map(([title, text]) => line(title, String(text))));
    box.hidden = false;
    place(box, event);
  };
}

/** @param {HTMLElement} box whose chart is gone, for instance */
export function hideTooltip(box) {
  box.replaceChildren();
  box.hidden = true;
}

/**
 * @param {string} title
 * @param {string} text
 */
function line(title, text) {
  const row = document.createElement("div");
  const [name, value] = ["span", "strong"].map((tag) => document.createElement(tag));
  name.textContent = title;
  value.textContent = text;
  row.append(name, value);
  return row;
}

/**
 * @param {HTMLElement} box
 * @param {MouseEvent} event
 */
function place(box, { clientX, clientY }) {
  const { width, height } = box.getBoundingClientRect();
  const right = clientX + DISTANCE_PX + width <= innerWidth - 8;
  const left = right ? clientX + DISTANCE_PX : Math.max(8, clientX - DISTANCE_PX - width);
  const top = Math.min(clientY + DISTANCE_PX, innerHeight - height - 8);
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(8, top))}px)`;
}
