/** The entry point `@chaingrad/view/row-push`: what one row asks of each layer, as a page. */
export { type RowPushPageInput, rowPushPage } from "./row-push/page.ts";
