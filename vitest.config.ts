import { defineConfig } from "vitest/config";

export default defineConfig({
  // "@chaingrad/source" makes the packages import each other's TypeScript, so a unit test never reads a stale build.
  resolve: { conditions: ["@chaingrad/source"] },
  ssr: { resolve: { conditions: ["@chaingrad/source"] } },
  test: {
    include: ["test/**/*.test.ts", "docs/test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.long.test.ts"],
    testTimeout: 60_000,
  },
});
