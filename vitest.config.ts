import { defineConfig } from "vitest/config";

/** With `LONG` set: what takes minutes and is run by `npm run test:long`. */
const LONG = process.env.LONG !== undefined;

export default defineConfig({
  // "@chaingrad/source" makes the packages import each other's TypeScript, so a unit test never reads a stale build.
  resolve: { conditions: ["@chaingrad/source"] },
  ssr: { resolve: { conditions: ["@chaingrad/source"] } },
  test: {
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "sources",
          include: LONG ? [] : ["test/*.test.ts", "packages/*/test/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "packed",
          include: LONG ? ["test/packed/**/*.long.ts"] : ["test/packed/**/*.test.ts"],
          // Packs and installs all packages, once for a run.
          globalSetup: ["test/packed/support/install.ts"],
        },
      },
    ],
  },
});
