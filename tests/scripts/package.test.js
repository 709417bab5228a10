// What somebody installs who builds pages with npm: the tarball, its declaration, its size.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { npm } from "./npm.js";

const MODULE = fileURLToPath(
  new URL("../../template/vendor/roost/src/roost/browser", import.meta.url),
);
const TSC = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
const MOST_BYTES = 12_400;
const MOST_CHART_BYTES = 8000;
const PAGE = `
import { createRoost } from "roost";
import { connectCharts } from "roost/chart";

declare module "roost" {
  interface Endpoints {
    top_events: { params: { limit?: number }; row: { event: string; events: number } };
  }
}

const roost = createRoost({ url: "https://app.test", session: () => null });
const rows = await roost.query("ENDPOINT", { PARAMETER: 5 });
connectCharts(roost);
const chart = document.querySelector("roost-chart");
if (chart) chart.params = { limit: 5 };
export const total: number = rows.reduce((sum, row) => sum + row.COLUMN, 0);
`;

/** @type {string} */
let project;

before(() => {
  project = mkdtempSync(join(tmpdir(), "roost-"));
  const packed = npm(["pack", "--json", "--pack-destination", project], MODULE);
  const [{ filename }] = JSON.parse(packed);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  npm(["install", "--offline", "--no-audit", "--no-fund", join(project, filename)], project);
});

after(() => rmSync(project, { recursive: true }));

test("the package holds the modules and their declaration, and nothing else", () => {
  const installed = readdirSync(join(project, "node_modules", "roost"));

  assert.deepEqual(installed.toSorted(), readdirSync(MODULE).toSorted());
});

test("a program imports it by name", () => {
  const script = 'import { createRoost } from "roost"; console.log(typeof createRoost);';
  writeFileSync(join(project, "use.js"), script);

  assert.equal(
    execFileSync(process.execPath, ["use.js"], { cwd: project }).toString(),
    "function\n",
  );
});

test("a server that renders pages may import the chart element, and has none", () => {
  const script = 'import { connectCharts } from "roost/chart"; console.log(typeof connectCharts);';
  writeFileSync(join(project, "use.js"), script);

  assert.equal(
    execFileSync(process.execPath, ["use.js"], { cwd: project }).toString(),
    "function\n",
  );
});

for (const module of ["roost", "roost-chart"]) {
  test(`the declaration names all that ${module}.js offers, and no more`, async () => {
    const declared = readFileSync(join(MODULE, `${module}.d.ts`), "utf8");
    const found = declared.matchAll(/^export (?:function|class) (\w+)/gm);
    const names = [...found].map(([, name]) => name);

    assert.deepEqual(
      names.toSorted(),
      Object.keys(await import(join(MODULE, `${module}.js`))).toSorted(),
    );
  });
}

test("a page that names what its project has passes the type check", () => {
  assert.equal(checked("top_events", "limit", "events"), "");
});

for (const [part, wrong] of [
  ["endpoint", ["top_event", "limit", "events"]],
  ["parameter", ["top_events", "limits", "events"]],
  ["column", ["top_events", "limit", "event_count"]],
]) {
  test(`a page that names a wrong ${part} does not`, () => {
    assert.match(checked(...wrong), /error TS/);
  });
}

test("roost.js is no larger than the scripts that it stands for", (context) => {
  const bytes = sizeOf(importedBy("roost.js"));

  context.diagnostic(`roost.js: ${bytes} bytes gzipped of ${MOST_BYTES}`);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
});

test("a page with charts loads so much more, and none of it without charts", (context) => {
  const reading = importedBy("roost.js");
  const drawing = importedBy("roost-chart.js").filter((name) => !reading.includes(name));

  const bytes = sizeOf([...reading, ...drawing]) - sizeOf(reading);

  context.diagnostic(`roost-chart.js: ${bytes} bytes gzipped more of ${MOST_CHART_BYTES}`);
  assert.ok(bytes <= MOST_CHART_BYTES, `${bytes} bytes`);
  const scripts = readdirSync(MODULE).filter((name) => name.endsWith(".js"));
  // What is left is loaded for who downloads a file.
  assert.deepEqual([...reading, ...drawing, "csv.js"].toSorted(), scripts.toSorted());
});

/**
 * List a module and all that it imports.
 * @param {string} entry
 */
function importedBy(entry) {
  const found = new Set([entry]);
  for (const name of found) {
    const script = readFileSync(join(MODULE, name), "utf8");
    for (const [, other = ""] of script.matchAll(/^(?:import|export) .* from "\.\/(.*)";$/gm)) {
      found.add(other);
    }
  }
  return [...found];
}

/** @param {string[]} modules */
function sizeOf(modules) {
  const whole = Buffer.concat(modules.map((name) => readFileSync(join(MODULE, name))));
  return gzipSync(whole, { level: 9 }).length;
}

/**
 * @param {string[]} names an endpoint, a parameter of it, a column of its rows
 * @returns {string} what the compiler has to say
 */
function checked(...[endpoint = "", parameter = "", column = ""]) {
  const page = PAGE.replace("ENDPOINT", endpoint).replace("PARAMETER", parameter);
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(join(project, "src", "page.ts"), page.replace("COLUMN", column));
  const options = ["--strict", "--noEmit", "--module", "esnext", "--target", "es2023"];
  const command = [TSC, ...options, "--moduleResolution", "bundler", "src/page.ts"];
  return spawnSync(process.execPath, command, { cwd: project }).stdout.toString();
}
