#!/usr/bin/env node
// Committed, because npm links it before the build has made dist/.
import "../dist/main.js";
