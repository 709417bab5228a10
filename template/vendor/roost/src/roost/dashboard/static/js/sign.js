// The sign-in and sign-up pages: Clerk's own forms.

import { loadClerk } from "./clerk.js";
import { element } from "./elements.js";
import { takePageData } from "./served.js";
import { recovered, waitOut } from "./status.js";
import { wireThemeToggle } from "./theme.js";

start();

async function start() {
  const { clerk: config } = takePageData();
  wireThemeToggle(element("theme-toggle"));
  const clerk = await loadClerk(config, (delayMs) =>
    waitOut("The sign-in service (Clerk) cannot be reached.", delayMs),
  );
  recovered();
  if (clerk.isSignedIn) location.replace(config.after_sign_in_url);
  else mountForm(clerk, config);
}

// The form's steps live in the hash: the server knows the two pages alone.
/**
 * @param {import("./types.js").Clerk} clerk
 * @param {import("./served.js").PageData["clerk"]} config
 */
function mountForm(clerk, config) {
  const signIn = document.getElementById("sign-in");
  const signUp = document.getElementById("sign-up");
  signIn?.replaceChildren();
  signUp?.replaceChildren();
  if (signIn) clerk.mountSignIn(signIn, { routing: "hash", signUpUrl: config.sign_up_url });
  if (signUp) clerk.mountSignUp(signUp, { routing: "hash", signInUrl: config.sign_in_url });
}
