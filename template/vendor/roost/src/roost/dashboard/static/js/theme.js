// Light, dark, or what the system says; the choice is kept in localStorage.

import { part } from "./elements.js";

const CHOICES = ["system", "light", "dark"];
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Wire the theme button of the page.
 * @param {HTMLElement} button
 */
export function wireThemeToggle(button) {
  showChoice(button);
  button.addEventListener("click", () => {
    const next = CHOICES[(CHOICES.indexOf(chosenTheme()) + 1) % CHOICES.length];
    choose(next);
    showChoice(button);
  });
}

/**
 * Call back whenever the colours of the page have changed.
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function onThemeChange(callback, signal) {
  systemIsDark.addEventListener("change", callback, { signal });
  document.addEventListener("theme-chosen", callback, { signal });
}

function chosenTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

/** @param {string} theme */
function choose(theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }
  document.dispatchEvent(new Event("theme-chosen"));
}

/** @param {HTMLElement} button */
function showChoice(button) {
  const name = chosenTheme();
  button.setAttribute("aria-label", `Colour theme: ${name}`);
  part(button, "#theme-name").textContent = name[0].toUpperCase() + name.slice(1);
}
