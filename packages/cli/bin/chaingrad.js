#!/usr/bin/env node
// Committed, because npm links it before the build has made dist/.
import module from "node:module";

// Node 22 and later start faster the second time.
module.enableCompileCache?.();
await import("../dist/main.js");
