/** The entry point `@chaingrad/serve/watch`: a training that a page of this machine follows, turns and stops. */
export { type LivePage, type LivePageOptions, openLivePage, WATCH_PORT } from "./watch/live-page.ts";
