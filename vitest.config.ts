import { defineConfig } from "vitest/config";

export default defineConfig({
  // "source" makes the packages import each other's TypeScript, so a unit test never reads a stale build.
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["packages/*/test/**/*.test.ts"], testTimeout: 60_000 },
});
