import { useState } from "react";

const CHOICES = ["system", "light", "dark"] as const;
type Theme = (typeof CHOICES)[number];

/** Light, dark, or what the system says. The choice is kept, and set before the first paint. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(chosen);
  const choose = (next: Theme) => {
    apply(next);
    setTheme(next);
  };
  return (
    <button
      type="button"
      className="button quiet"
      id="theme-toggle"
      aria-label={`Colour theme: ${theme}`}
      onClick={() => choose(CHOICES[(CHOICES.indexOf(theme) + 1) % CHOICES.length] ?? "system")}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
      <span id="theme-name">{theme.charAt(0).toUpperCase() + theme.slice(1)}</span>
    </button>
  );
}

function chosen(): Theme {
  const { theme } = document.documentElement.dataset;
  return CHOICES.find((choice) => choice === theme) ?? "system";
}

function apply(theme: Theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }
}
