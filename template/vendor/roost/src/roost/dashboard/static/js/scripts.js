// Classic scripts, fetched when they are needed and again when they did not arrive.

const PATIENCE_MS = 20_000;

/**
 * Run a classic script once.
 * @param {string} src
 * @param {Record<string, string>} [attributes]
 * @returns {Promise<void>} rejects when it does not arrive; calling again tries again
 */
export function loadScript(src, attributes = {}) {
  const script = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(fail, PATIENCE_MS);
    script.onload = () => {
      clearTimeout(timer);
      resolve();
    };
    script.onerror = fail;
    script.src = src;
    document.head.append(script);

    function fail() {
      clearTimeout(timer);
      script.remove();
      reject(new Error(`${src} did not load`));
    }
  });
}
