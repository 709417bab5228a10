// How Clerk is started: with what the page's data says, and from nowhere else.

import type { ClerkProviderProps } from "@clerk/react";

import { APP, page } from "./page.ts";

const { clerk } = page;

// Clerk's own parts follow the colours of the page, in both themes. None of these may be called
// --accent, --border or --alpha: Clerk's buttons use those names themselves.
const appearance = {
  variables: {
    colorPrimary: "var(--brand)",
    colorPrimaryForeground: "var(--on-brand)",
    colorBackground: "var(--surface)",
    colorForeground: "var(--text)",
    colorMutedForeground: "var(--muted)",
    colorMuted: "var(--background)",
    colorNeutral: "var(--text)",
    colorInput: "var(--surface)",
    colorInputForeground: "var(--text)",
    colorBorder: "var(--text)",
    colorDanger: "var(--bad)",
    borderRadius: "0.5rem",
    fontFamily: "inherit",
  },
};

// ClerkJS comes from the Frontend API itself, also where that is on this machine.
const scripts = {
  __internal_clerkJSUrl: `${clerk.frontend_api}/npm/@clerk/clerk-js@6/dist/clerk.browser.js`,
  __internal_clerkUIUrl: `${clerk.frontend_api}/npm/@clerk/ui@1/dist/ui.browser.js`,
};

export const clerkOptions = {
  ...scripts,
  publishableKey: clerk.publishable_key,
  proxyUrl: clerk.proxy_url ?? undefined,
  telemetry: false as const,
  appearance,
  signInUrl: clerk.sign_in_url,
  signUpUrl: clerk.sign_up_url,
  signInFallbackRedirectUrl: clerk.after_sign_in_url,
  signUpFallbackRedirectUrl: clerk.after_sign_up_url,
  afterSignOutUrl: `${APP}/`,
  // `redirect_url` in the address is whatever a link says.
  allowedRedirectOrigins: [location.origin],
} satisfies Omit<ClerkProviderProps, "children">;
