import { defineConfig } from "vitest/config";

/** The mode "long" (`npm run test:long`) has what takes minutes. */
export default defineConfig(({ mode }) => ({
  // "@chaingrad/source" makes the packages import each other's TypeScript, so a unit test never reads a stale build.
  resolve: { conditions: ["@chaingrad/source"] },
  ssr: { resolve: { conditions: ["@chaingrad/source"] } },
  test: {
    // Tests wait for processes and browsers as much as they compute.
    maxWorkers: 2,
    // What goes on for ever ends; how long anything takes is no matter of tests, and machines may be busy.
    testTimeout: mode === "long" ? 600_000 : 180_000,
    hookTimeout: mode === "long" ? 600_000 : 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: "sources",
          include:
            mode === "long"
              ? ["docs/test/**/*.long.ts", "packages/*/test/**/*.long.ts"]
              : ["test/*.test.ts", "docs/test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "packed",
          include: mode === "long" ? ["test/packed/**/*.long.ts"] : ["test/packed/**/*.test.ts"],
          // Packs and installs all packages, once for a run.
          globalSetup: ["test/packed/support/install.ts"],
        },
      },
    ],
  },
}));
