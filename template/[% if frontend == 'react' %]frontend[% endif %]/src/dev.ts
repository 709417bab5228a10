// What React's refresh needs before the page begins, in development alone: a script of its own,
// because the page's policy allows none inline.
import "@vitejs/plugin-react/preamble";
