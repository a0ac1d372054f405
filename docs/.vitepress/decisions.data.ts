import { type Decision, decisions } from "./decisions.ts";

declare const data: readonly Decision[];

export { data };

export default { load: (): readonly Decision[] => decisions };
