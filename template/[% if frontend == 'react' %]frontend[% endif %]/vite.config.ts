import { existsSync, readdirSync } from "node:fs";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const LIBRARY = "../vendor/roost/src/roost";
// The app's package, which serves what is built from its `dashboard/static/app/`.
const [app] = readdirSync("../src").filter((name) => existsSync(`../src/${name}/dashboard`));
// Of `poe dev`: browsers come to the first, and the app listens on the second.
const { PORT = "8000", APP_PORT = "8001" } = process.env;

export default defineConfig(({ command }) => ({
  // Built files find each other wherever the app is mounted.
  base: command === "build" ? "./" : "/static/app/",
  plugins: [react()],
  // The library's folders are linked: what they import is the page's own.
  resolve: { dedupe: ["react", "react-dom", "roost"] },
  // The pages are the app's.
  appType: "custom",
  server: {
    host: "127.0.0.1",
    port: Number(PORT),
    strictPort: true,
    // The app says which origins may call it.
    cors: false,
    proxy: { "^/(?!static/app/)": { target: `http://127.0.0.1:${APP_PORT}` } },
    fs: { allow: [".", LIBRARY] },
  },
  build: {
    outDir: `../src/${app}/dashboard/static/app`,
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "src/main.tsx",
      // What changes with its releases alone stays in the reader's cache.
      output: { codeSplitting: { groups: [{ name: "vendor", test: /node_modules/ }] } },
    },
  },
}));
