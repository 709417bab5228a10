// What the app's server has written into its page.

import type { InitialToken, Tinybird } from "roost";

interface PageData {
  clerk: {
    publishable_key: string;
    proxy_url: string | null;
    frontend_api: string;
    sign_in_url: string;
    sign_up_url: string;
    after_sign_in_url: string;
    after_sign_up_url: string;
  };
  tinybird: Tinybird;
  tenancy: "organization" | "user";
  initial: (InitialToken & { org_slug: string | null }) | null;
}

// This module is in <app>/static/app/assets/ once it is built, and in <app>/static/app/src/ before.
const here = import.meta.url;

/** Where the app is, without a slash at its end. */
export const APP = new URL("../../..", here).href.replace(/\/$/, "");

/** What the product is called. */
export const TITLE = document.title;

export const page = takePageData();

// Out of the page, because its token shall not outlive its tenant there.
function takePageData(): PageData {
  const block = document.getElementById("page-data");
  block?.remove();
  return JSON.parse(block?.textContent ?? "");
}
