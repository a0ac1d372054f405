/** Tables that defaults are judged on: what is to be predicted in each, and what must be left out because it tells the answer. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";

const classes = (target, drop = []) => ({ target, task: "classification", drop });
const amounts = (target, drop = []) => ({ target, task: "regression", drop });

const TABLES = {
  iris: classes("species"),
  wine: classes("cultivar"),
  breast_cancer: classes("diagnosis"),
  digits: classes("digit"),
  diabetes: amounts("progression"),
  cars: amounts("miles_per_gallon"),
  tips: amounts("tip"),
  flights: amounts("passengers"),
  taxis: amounts("fare"),
  titanic: classes("survived", ["alive"]),
  "daily-min-temperatures": amounts("Temp"),
  geyser: classes("kind"),
  housing: amounts("medv"),
  abalone: amounts("rings"),
  glass: classes("kind"),
  "winequality-red": amounts("quality"),
  german: classes("label"),
  ionosphere: classes("label"),
};

/** Those of the tables that the folders have, each with its file. */
export function found(folders, log) {
  const known = Object.entries(TABLES).flatMap(([name, entry]) => {
    const file = folders.map((folder) => join(folder, `${name}.csv`)).find((path) => existsSync(path));
    return file === undefined ? [] : [{ name, file, ...entry }];
  });
  log(
    `${known.length} of ${Object.keys(TABLES).length} tables in ${folders.map((folder) => basename(folder)).join(", ")}`,
  );
  return known;
}
