// Elements of the page: found, made, filled.

/**
 * Return an element that the page has to have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}`);
  return found;
}

/**
 * Return a part of an element that has to be there.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`There is no ${selector}`);
  return found;
}

/**
 * Return a button among the parts of an element.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLButtonElement}
 */
export function button(root, selector) {
  const found = part(root, selector);
  if (!(found instanceof HTMLButtonElement)) throw new Error(`${selector} is no button`);
  return found;
}

/**
 * Return a copy of what a template of the page holds.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const template = element(id);
  const found = template instanceof HTMLTemplateElement && template.content.firstElementChild;
  if (!(found instanceof HTMLElement)) throw new Error(`#${id} is no template`);
  return document.importNode(found, true);
}

/**
 * Make an element with a text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} text
 * @param {string} [className]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function textElement(tag, text, className = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/**
 * Replace the options of a select.
 * @param {HTMLSelectElement} select
 * @param {{value: string, label: string}[]} options
 * @param {string} chosen
 */
export function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(({ value, label }) => new Option(label, value)));
  select.value = chosen;
}
