// The numbers of a chart as a table, for who hears them instead of seeing them drawn.

const MOST_ROWS = 200;

/**
 * @param {string} label
 * @param {import("./roost.js").Answer["meta"]} columns
 * @param {import("./roost.js").Row[]} rows as they are drawn
 */
export function tableOf(label, columns, rows) {
  const table = document.createElement("table");
  const isCut = rows.length > MOST_ROWS;
  table.createCaption().textContent = isCut ? `${label}: the first ${MOST_ROWS} rows` : label;
  const head = table.createTHead().insertRow();
  for (const { name } of columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = wordsOf(name);
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = body.insertRow();
    for (const { name, type } of columns) {
      const value = name === "bucket" ? row.label : row[name];
      const isTime = type.includes("Date") && typeof value === "number";
      line.insertCell().textContent = isTime ? timeText(value) : (value ?? "");
    }
  }
  return table;
}

/** @param {string} name such as `top_events`, which reads `Top events` */
export function wordsOf(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

// What the wall says reads as if it were UTC; a day has no time.
/** @param {number} ms */
function timeText(ms) {
  const text = new Date(ms).toISOString().slice(0, 19);
  return text.replace("T00:00:00", "").replace("T", " ");
}
