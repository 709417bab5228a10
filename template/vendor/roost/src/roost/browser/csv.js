// The data behind a chart as a file, in which no text is a formula to a spreadsheet.

const FIELD = /"((?:[^"]+|"")*)("?)|[^",\r\n]+/g;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|inf|nan)$/i;
// What begins a formula, in full width too, and what a cell must not begin with either.
const FORMULA = /[+=\-@\uff1d\uff0b\uff0d\uff20]/;
const BREAK = /[\t\r\n]/;
const MARKS = ["\t", "\r", "\n", ";"];
// A text has several beginnings: where a semicolon or a tab separates cells, quotes in the midst of
// a line hold neither these nor a new line. Blanks, quotes and what is not seen may come first.
const BEGINNINGS = /(?:^|[;\t\r\n])[\s\p{C}";]*[+=\-@\uff1d\uff0b\uff0d\uff20]?/gu;

/**
 * Put an apostrophe before each text that a spreadsheet would take for a formula.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 * @param {string} csv as Tinybird writes it: texts in quotes, numbers without
 * @returns {string} with every number and every other text as it was
 */
export function withoutFormulas(csv) {
  return csv.replace(FIELD, (field, text, end) => {
    if (text !== undefined) return `"${withoutFormula(text)}${end}`;
    return NUMBER.test(field) ? field : withoutFormula(field);
  });
}

/** @param {string} text */
function withoutFormula(text) {
  if (!FORMULA.test(text) && !BREAK.test(text)) return text;
  return text.replace(BEGINNINGS, (/** @type {string} */ blanks, /** @type {number} */ offset) => {
    const isFormula = FORMULA.test(blanks.at(-1) ?? "");
    const start = Math.max(...MARKS.map((mark) => blanks.lastIndexOf(mark))) + 1;
    const cell = isFormula ? `${blanks.slice(0, start)}'${blanks.slice(start)}` : blanks;
    return offset === 0 && BREAK.test(text[0]) ? `'${cell}` : cell;
  });
}

/**
 * Hand a file to the reader.
 * @param {string} csv
 * @param {string} name
 */
export function saveFile(csv, name) {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the blob only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
