// What a page installs beside the React bindings, found from where they are.

const LIBRARY = new URL("../../template/vendor/roost/src/roost/", import.meta.url);
/** @type {Record<string, string>} */
const OURS = {
  roost: "browser/roost.js",
  "roost/chart": "browser/roost-chart.js",
  "roost-react": "react/index.js",
};

/**
 * https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve
 * @type {import("node:module").ResolveHook}
 */
export function resolve(specifier, context, next) {
  const ours = OURS[specifier];
  if (ours) return next(new URL(ours, LIBRARY).href, context);
  const isReact = /^(react|react-dom)(\/|$)/.test(specifier);
  return next(specifier, isReact ? { ...context, parentURL: import.meta.url } : context);
}
