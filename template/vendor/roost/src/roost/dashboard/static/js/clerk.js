// ClerkJS: loaded from the Frontend API that the page data names, and asked for session tokens.

import { address } from "./address.js";
import { RequestFailed } from "./failures.js";
import { loadScript } from "./scripts.js";
import { Backoff } from "./waiting.js";

const UI_SCRIPT = "/npm/@clerk/ui@1/dist/ui.browser.js";
const CLERK_SCRIPT = "/npm/@clerk/clerk-js@6/dist/clerk.browser.js";
const PATIENCE_MS = 10_000;
const UNREACHABLE = "The sign-in service (Clerk) cannot be reached.";

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
 * @param {import("./page-data.js").PageData["clerk"]} config
 * @param {(delayMs: number) => Promise<void>} waitOut resolves when it is time to try again
 * @returns {Promise<object>} the loaded `Clerk`
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

/**
 * Return a session token of the signed-in user.
 * @param {object} clerk
 * @param {{skipCache?: boolean}} [options] `skipCache` after a token was refused
 * @returns {Promise<string>}
 */
export function sessionToken(clerk, { skipCache = false } = {}) {
  return tokenOf(clerk, { skipCache }, "lost", "You no longer belong to this organization.");
}

/**
 * Have Clerk mint a token by a JWT template, for the organization that is active in the session.
 * @param {object} clerk
 * @param {string} template
 * @returns {Promise<string>}
 */
export function templateToken(clerk, template) {
  // Kept by whoever asks: ClerkJS would return one that has half of its life behind it.
  const options = { template, skipCache: true };
  return tokenOf(clerk, options, "refused", `Clerk mints nothing by its JWT template ${template}.`);
}

async function tokenOf(clerk, options, kind, refusal) {
  let token = null;
  try {
    token = await within(PATIENCE_MS, clerk.session?.getToken(options));
  } catch (error) {
    throw isRefusal(error)
      ? new RequestFailed(kind, refusal, { cause: error })
      : new RequestFailed("unreachable", UNREACHABLE, { cause: error });
  }
  if (!token) throw new RequestFailed("signed-out", "You are signed out.");
  return token;
}

// ClerkJS itself asks again for minutes before it gives up, and says nothing meanwhile.
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Clerk answers 404 for an organization that the user is not in (any more). ClerkJS itself goes on
// with it until the page is loaded anew.
function isRefusal({ status }) {
  return status >= 400 && status < 500 && status !== 429;
}

async function loadOnce(config) {
  if (!window.Clerk) await loadScripts(config);
  const clerk = window.Clerk;
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
function loadScripts(config) {
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
