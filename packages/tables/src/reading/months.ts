/** Months by their names in the languages that tables are most often exported in. */

const NAMES: readonly string[] = [
  "january januar jänner janvier enero gennaio janeiro januari",
  "february februar feber fevrier febrero febbraio fevereiro februari",
  "march märz maerz mrz mars marzo março maart",
  "april avril abril aprile",
  "may mai mayo maggio maio mei",
  "june juni juin junio giugno junho",
  "july juli juillet julio luglio julho",
  "august août agosto augustus",
  "september septembre septiembre settembre setembro",
  "october oktober octobre octubre ottobre outubro",
  "november novembre noviembre novembro",
  "december dezember decembre diciembre dicembre dezembro",
];

/** Without accents, and in small letters. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const BY_MONTH: readonly (readonly string[])[] = NAMES.map((names) => plain(names).split(" "));

/** From 1, of a name or of its first three letters or more; undefined where it is none, or the start of two ("jui"). */
export function monthNamed(name: string): number | undefined {
  const start = plain(name);
  const found = BY_MONTH.flatMap((names, index) => (names.some((one) => one.startsWith(start)) ? [index + 1] : []));
  return found.length === 1 ? found[0] : undefined;
}
