// The dashboard page: who is signed in decides what it shows.
//
// The app's own script starts it with what stands in the app's `charts/index.js`:
//
//   import { CHARTS, NUMBERS } from "./charts/index.js";
//   import { startDashboard } from "./roost/js/page.js";
//
//   startDashboard({ charts: CHARTS, numbers: NUMBERS });

import { address } from "./address.js";
import { readEventTypes } from "./app-api.js";
import { AppReader } from "./app-reader.js";
import { loadClerk } from "./clerk.js";
import { Dashboard } from "./dashboard.js";
import { dropEvents, sendEvents, sendLastEvents, track } from "./events.js";
import { Filters } from "./filters.js";
import { showEventTypes, wireGettingStarted } from "./welcome.js";
import { takePageData } from "./page-data.js";
import { recovered, waitOut } from "./status.js";
import { Tabs } from "./tabs.js";
import { Scope, sameStanding, standingOf } from "./tenant.js";
import { wireThemeToggle } from "./theme.js";
import { Tinybird } from "./tinybird.js";
import { Tokens } from "./tokens.js";
import { watchRights } from "./watch.js";

/**
 * What the dashboard is made of; an entry shows if the reader may read its endpoint.
 * @typedef {{charts: import("./cards.js").ChartEntry[],
 *   numbers: import("./numbers.js").NumberEntry[]}} Parts
 */

/** The page's one moving state: the standing of the reader and the scope opened for it. */
class Page {
  #standing = null;
  #scope = null;
  #dashboard = null;
  #userId = undefined;
  #tabs = new Tabs((standing) => this.#heard(standing));

  constructor(data, clerk, eventTypes, parts) {
    this.data = data;
    this.clerk = clerk;
    this.eventTypes = eventTypes;
    this.parts = parts;
    this.filters = new Filters(element("filters"), () => this.#dashboard?.load());
  }

  follow() {
    wireGettingStarted(() => this.#sendFirstEvent());
    addEventListener("pagehide", (event) => this.#leave(event.persisted));
    addEventListener("pageshow", (event) => event.persisted && this.#startAnew());
    this.clerk.addListener((resources) => this.#stand(standingOf(resources, this.data.tenancy)));
  }

  #stand(standing) {
    if (sameStanding(this.#standing, standing)) return;
    this.#standing = standing;
    this.#end();
    if (standing.state === "switching") return showView("loading");
    this.#tabs.tell(standing);
    if (standing.userId !== this.#userId) dropEvents();
    this.#userId = standing.userId;
    this.#showAccount(standing.state);
    if (standing.state === "ready") this.#open(standing);
    else if (standing.state === "signed-out") showView("landing");
    else this.#chooseOrganization(standing.state);
  }

  #open({ userId, tenantId }) {
    const scope = new Scope(userId, tenantId);
    const reader = this.#readerOf(scope);
    this.#scope = scope;
    showView("loading");
    this.#dashboard = new Dashboard(scope, reader, {
      show: () => showView("dashboard"),
      filters: this.filters,
      eventTypes: this.eventTypes,
      parts: this.parts,
      onDownload: (chart) => track("csv_downloaded", { chart }),
    });
    document.body.dataset.tenant = tenantId;
    this.#dashboard.open();
    sendEvents(this.clerk, scope);
    watchRights(this.clerk, scope, reader, () => this.#startAnew());
    track("page_view", { path: location.pathname });
  }

  #readerOf(scope) {
    const { initial, tinybird } = this.data;
    if (tinybird.api_url === null) return new AppReader(this.clerk, scope, tinybird);
    const tokens = new Tokens(this.clerk, scope, initial, tinybird.template);
    return new Tinybird(scope, tokens, tinybird);
  }

  #end() {
    this.#scope?.close();
    this.#scope = this.#dashboard = null;
    // A token of the page is good for its first scope alone.
    if (this.#userId) this.data.initial = null;
    delete document.body.dataset.tenant;
  }

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

  #chooseOrganization(state) {
    const host = showView("choose").querySelector("#choose-organization");
    const task = this.clerk.session.currentTask?.key;
    if (state === "no-tenant") this.clerk.mountOrganizationList(host, { hidePersonal: true });
    else if (task === "choose-organization") {
      this.clerk.mountTaskChooseOrganization(host, { redirectUrlComplete: address("/") });
    } else location.assign(this.data.clerk.sign_in_url);
  }

  #sendFirstEvent() {
    track("first_event", { from: "dashboard" });
    element("send-first-event").textContent = "Sent. Refresh in a moment";
  }

  // A frozen page keeps nothing of a tenant; thawed, it starts from the beginning, because
  // somebody else may have signed in meanwhile.
  #leave(isFrozen) {
    sendLastEvents();
    if (isFrozen) this.#forget();
  }

  // A tab that shows nothing of a tenant has nothing to give up.
  #heard(standing) {
    if (this.#scope && !sameStanding(this.#standing, standing)) this.#startAnew();
  }

  #startAnew() {
    this.#forget();
    location.reload();
  }

  #forget() {
    this.#end();
    showView("loading");
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

function element(id) {
  return document.getElementById(id);
}

/** Show one view of the page and hide the others. */
function showView(name) {
  document.body.dataset.view = name;
  for (const view of document.querySelectorAll("[data-view]:not(body)")) {
    view.hidden = view.dataset.view !== name;
  }
  return document.querySelector(`main [data-view="${name}"]`);
}
