// What the scripts use of ClerkJS and of Vega, which come as classic scripts.

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

export interface View {
  signal(name: string, value: number): View;
  runAsync(): Promise<View>;
  finalize(): void;
}

/** https://github.com/vega/vega-embed */
export type VegaEmbed = (
  host: HTMLElement,
  spec: object,
  options: object,
) => Promise<{ view: View; finalize: () => void }>;

declare global {
  interface Window {
    Clerk?: Clerk;
    __internal_ClerkUICtor?: unknown;
    vegaEmbed?: VegaEmbed;
  }
}
