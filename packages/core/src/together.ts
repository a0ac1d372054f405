/** The entry point `@chaingrad/core/together`: many small networks of one shape trained by one plan. */
export type { Member, MemberEnd, MemberEpoch, MemberState } from "./together/member.ts";
export type { TogetherOptions } from "./together/options.ts";
export { fitTogether, openTogether, type Together, type TogetherEvent } from "./together/together.ts";
