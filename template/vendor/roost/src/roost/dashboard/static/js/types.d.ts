// What the scripts use of ClerkJS, which comes as a classic script.

import type { Clerk as Session } from "../../../roost.js";

/** https://clerk.com/docs/reference/javascript/clerk */
export interface Clerk extends Session {
  readonly isSignedIn: boolean;
  readonly session?: (Session["session"] & { readonly currentTask?: { key: string } }) | null;
  load(options: Record<string, unknown>): Promise<void>;
  mountUserButton(element: HTMLElement): void;
  unmountUserButton(element: HTMLElement): void;
  mountOrganizationSwitcher(element: HTMLElement, options: { hidePersonal: boolean }): void;
  unmountOrganizationSwitcher(element: HTMLElement): void;
  mountOrganizationList(element: HTMLElement, options: { hidePersonal: boolean }): void;
  mountTaskChooseOrganization(element: HTMLElement, options: { redirectUrlComplete: string }): void;
  mountSignIn(element: HTMLElement, options: { routing: "hash"; signUpUrl: string }): void;
  mountSignUp(element: HTMLElement, options: { routing: "hash"; signInUrl: string }): void;
}

declare global {
  interface Window {
    Clerk?: Clerk;
    __internal_ClerkUICtor?: unknown;
  }
}
