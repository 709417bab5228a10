// What each test of a file that imports this has to itself: a page with its network, a service that
// answers it, and a login.

import { afterEach, beforeEach } from "node:test";

import { closePage, openPage } from "./page.js";
import { Login, Service, closeAll } from "./tenants.js";

/** @type {import("./page.js").Network} */
export let network;
/** @type {Service} */
export let service;
/** @type {Login} */
export let login;

beforeEach(() => {
  network = openPage();
  service = new Service(network);
  login = new Login();
});

afterEach(() => {
  closeAll();
  closePage();
});
