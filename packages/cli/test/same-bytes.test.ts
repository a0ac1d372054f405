/** The same seed gives the same file: on a busy machine, from the first run on, and on any number of threads of our own. */
import { diabetes, digits, onBusyMachine, testThreads, testTwice } from "./support/same-bytes.ts";

onBusyMachine();
testTwice([
  ["levenberg-marquardt", diabetes, ["--threads", "1"]],
  ["adam", digits, ["--threads", "2", "--hidden", "128", "--batch", "128"]],
]);
testThreads([["levenberg-marquardt", diabetes]]);
