/** The blocks of pages that take minutes: those that train many networks, and those in other languages. */
import { describe } from "vitest";
import { runStories } from "./support/stories.ts";

describe("blocks run in their order, and print what is shown", () => runStories("long"));
