// ClerkJS: loaded from the Frontend API that the page data names.

import { Backoff } from "../../../roost.js";
import { address, loadScript } from "./served.js";

/**
 * @typedef {import("./served.js").PageData} PageData
 * @typedef {import("./types.js").Clerk} Clerk
 */

const UI_SCRIPT = "/npm/@clerk/ui@1/dist/ui.browser.js";
const CLERK_SCRIPT = "/npm/@clerk/clerk-js@6/dist/clerk.browser.js";

// Clerk's own parts follow the colours of the page, in both themes. None of these may be called
// --accent, --border or --alpha: Clerk's buttons use those names themselves.
const APPEARANCE = {
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

/**
 * Load ClerkJS, trying again with growing delays for as long as it does not arrive.
 * @param {PageData["clerk"]} config
 * @param {(delayMs: number) => Promise<void>} waitOut resolves when it is time to try again
 * @returns {Promise<Clerk>} the loaded `Clerk`
 */
export async function loadClerk(config, waitOut) {
  const backoff = new Backoff({ firstMs: 2000, mostMs: 30_000 });
  for (;;) {
    try {
      return await loadOnce(config);
    } catch (error) {
      console.warn("Clerk did not load", error);
      await waitOut(backoff.next());
    }
  }
}

/** @param {PageData["clerk"]} config */
async function loadOnce(config) {
  if (!window.Clerk) await loadScripts(config);
  const clerk = window.Clerk;
  if (!clerk) throw new Error("ClerkJS is not there");
  await clerk.load({
    ui: { ClerkUI: window.__internal_ClerkUICtor },
    telemetry: false,
    appearance: APPEARANCE,
    signInUrl: config.sign_in_url,
    signUpUrl: config.sign_up_url,
    signInFallbackRedirectUrl: config.after_sign_in_url,
    signUpFallbackRedirectUrl: config.after_sign_up_url,
    afterSignOutUrl: address("/"),
    // `redirect_url` in the address is whatever a link says.
    allowedRedirectOrigins: [location.origin],
  });
  return clerk;
}

// ClerkJS reads its key and proxy from the attributes of its own script tag.
/** @param {PageData["clerk"]} config */
function loadScripts(config) {
  /** @type {Record<string, string>} */
  const attributes = {
    crossorigin: "anonymous",
    "data-clerk-publishable-key": config.publishable_key,
  };
  if (config.proxy_url) attributes["data-clerk-proxy-url"] = config.proxy_url;
  return Promise.all([
    window.__internal_ClerkUICtor
      ? null
      : loadScript(config.frontend_api + UI_SCRIPT, { crossorigin: "anonymous" }),
    loadScript(config.frontend_api + CLERK_SCRIPT, attributes),
  ]);
}
