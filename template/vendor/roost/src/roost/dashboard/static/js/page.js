// The dashboard page: who is signed in decides what it shows.
//
// The app's own script starts it with what stands in the app's `charts/index.js`:
//
//   import { CHARTS, NUMBERS } from "./charts/index.js";
//   import { startDashboard } from "./roost/js/page.js";
//
//   startDashboard({ charts: CHARTS, numbers: NUMBERS });

import { createRoost, readPublic } from "../../../roost.js";
import { loadClerk } from "./clerk.js";
import { Dashboard } from "./dashboard.js";
import { element, part } from "./elements.js";
import { track, trackBy } from "./events.js";
import { Filters } from "./filters.js";
import { Labels } from "./labels.js";
import { address, takePageData } from "./served.js";
import { recovered, waitOut } from "./status.js";
import { wireThemeToggle } from "./theme.js";
import { showEventTypes } from "./welcome.js";

/**
 * What the dashboard is made of; an entry shows if the reader may read its endpoint.
 *
 * reportsUse: whether the page sends events of its own, `page_view` and `csv_downloaded`, which
 * the tenant then finds among its data.
 * @typedef {{charts: import("./cards.js").ChartEntry[],
 *   numbers: import("./numbers.js").NumberEntry[], reportsUse?: boolean}} Parts
 * @typedef {import("../../../roost.js").Standing} Standing
 * @typedef {import("./labels.js").EventType} EventType
 */

/** The page of one reader: what it shows follows from who is signed in, for which tenant. */
class Page {
  /** @type {Dashboard | null} */
  #dashboard = null;

  /**
   * @param {import("./served.js").PageData} data
   * @param {import("./types.js").Clerk} clerk
   * @param {Promise<EventType[]>} eventTypes
   * @param {Parts} parts
   */
  constructor(data, clerk, eventTypes, parts) {
    this.data = data;
    this.clerk = clerk;
    this.eventTypes = eventTypes;
    this.labels = new Labels(eventTypes);
    this.parts = parts;
    this.filters = new Filters(element("filters"), () => this.#dashboard?.load());
    const { tinybird, tenancy, initial } = data;
    this.roost = createRoost({ clerk, tinybird, tenancy, initial });
  }

  follow() {
    trackBy(this.roost);
    this.roost.onTenantChange((standing, signal) => this.#show(standing, signal));
  }

  /**
   * @param {Standing} standing
   * @param {AbortSignal | null} signal
   */
  #show(standing, signal) {
    this.#dashboard = null;
    delete document.body.dataset.tenant;
    if (standing.state === "switching") return void showView("loading");
    this.#showAccount(standing.state);
    if (standing.state === "ready" && signal) this.#open(standing.tenantId, signal);
    else if (standing.state === "signed-out") showView("landing");
    else this.#chooseOrganization(standing.state);
  }

  /**
   * @param {string} tenantId
   * @param {AbortSignal} signal
   */
  #open(tenantId, signal) {
    showView("loading");
    this.#dashboard = new Dashboard(this.roost, signal, {
      show: () => showView("dashboard"),
      filters: this.filters,
      eventTypes: this.eventTypes,
      labels: this.labels,
      parts: this.parts,
      onDownload: (chart) => this.#report("csv_downloaded", { chart }),
    });
    document.body.dataset.tenant = tenantId;
    this.#dashboard.open();
    this.#report("page_view", { path: location.pathname });
  }

  /**
   * @param {string} event
   * @param {Record<string, unknown>} properties
   */
  #report(event, properties) {
    if (this.parts.reportsUse) track(event, properties);
  }

  /** @param {Standing["state"]} state */
  #showAccount(state) {
    const isIn = state !== "signed-out";
    element("header-sign-in").hidden = isIn;
    const switcher = element("organization-switcher");
    const button = element("user-button");
    if (!isIn) {
      this.clerk.unmountUserButton(button);
      this.clerk.unmountOrganizationSwitcher(switcher);
      return;
    }
    this.clerk.mountUserButton(button);
    if (this.data.tenancy === "organization" && state !== "pending") {
      this.clerk.mountOrganizationSwitcher(switcher, { hidePersonal: true });
    }
  }

  /** @param {Standing["state"]} state */
  #chooseOrganization(state) {
    const host = part(showView("choose"), "#choose-organization");
    const task = this.clerk.session?.currentTask?.key;
    if (state === "no-tenant") this.clerk.mountOrganizationList(host, { hidePersonal: true });
    else if (task === "choose-organization") {
      this.clerk.mountTaskChooseOrganization(host, { redirectUrlComplete: address("/") });
    } else location.assign(this.data.clerk.sign_in_url);
  }
}

/**
 * Start the dashboard of the page that this script belongs to: once, and for as long as it is open.
 * @param {Parts} parts
 */
export async function startDashboard(parts) {
  const data = takePageData();
  wireThemeToggle(element("theme-toggle"));
  const eventTypes = readEventTypes();
  showEventTypes(eventTypes);
  const clerk = await loadClerk(data.clerk, (delayMs) => {
    if (!data.initial) showView("landing");
    return waitOut("The sign-in service (Clerk) cannot be reached.", delayMs);
  });
  recovered();
  new Page(data, clerk, eventTypes, parts).follow();
}

/** @returns {Promise<EventType[]>} empty if unavailable */
async function readEventTypes() {
  try {
    const { data } = await readPublic(address(""), "event_types");
    return /** @type {EventType[]} */ (data);
  } catch (error) {
    console.warn("The event types did not load", error);
    return [];
  }
}

/**
 * Show one view of the page and hide the others.
 * @param {string} name
 */
function showView(name) {
  document.body.dataset.view = name;
  /** @type {NodeListOf<HTMLElement>} */
  const views = document.querySelectorAll("[data-view]:not(body)");
  for (const view of views) view.hidden = view.dataset.view !== name;
  return part(document, `main [data-view="${name}"]`);
}
