/** The kinds of text and data that bodies come in and answers go out in, and which one a request asks for. */
import { Refusal } from "../refusal.ts";

/** What tables are read from and written as. */
export type Media = "json" | "csv" | "arrow";

const ARROW = "application/vnd.apache.arrow.stream";
/** Those that are written, and those that are read. */
export const TYPES: Readonly<Record<Media, string>> = { json: "application/json", csv: "text/csv", arrow: ARROW };
const READ: Readonly<Record<string, Media>> = {
  "application/json": "json",
  "text/csv": "csv",
  [ARROW]: "arrow",
  "application/vnd.apache.arrow.file": "arrow",
};

const LIST = "application/json, text/csv or application/vnd.apache.arrow.stream";

/** Throws Refusal (415) on any other type, on none, and on a body that is compressed. */
export function mediaOf(contentType: string | undefined, encoding: string | undefined): Media {
  if (encoding !== undefined && encoding !== "identity")
    throw new Refusal(415, `the body is encoded as '${encoding}'`, {
      hint: "Send it as it is, without Content-Encoding.",
    });
  const name = contentType?.split(";")[0].trim().toLowerCase();
  if (name !== undefined && Object.hasOwn(READ, name)) return READ[name];
  const what = name === undefined || name === "" ? "the body has no Content-Type" : `cannot read '${name}'`;
  throw new Refusal(415, what, { hint: `Send ${LIST}, and say so in Content-Type.` });
}

/**
 * What the answer is written as: of the types that Accept names the one with the highest weight (RFC 9110, 12.5.1), that of the
 * body before others. Throws Refusal (406) where it takes none of ours.
 */
export function acceptedOf(accept: string | undefined, own: Media): Media {
  if (accept === undefined || accept.trim() === "") return own;
  const ranges = accept.split(",").map((part) => {
    const [range, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const q = parameters.find((text) => text.startsWith("q="))?.slice("q=".length);
    return { range, q: q === undefined ? 1 : Number(q) };
  });
  const weightOf = (type: string): number => {
    const forms = [type, `${type.split("/")[0]}/*`, "*/*"];
    const found = forms.map((form) => ranges.find(({ range }) => range === form)).find((one) => one !== undefined);
    return found?.q || 0;
  };
  const order: Media[] = [own, ...(["json", "csv", "arrow"] as const).filter((media) => media !== own)];
  const [best] = order.map((media) => ({ media, weight: weightOf(TYPES[media]) })).sort((a, b) => b.weight - a.weight);
  if (best.weight > 0) return best.media;
  throw new Refusal(406, `cannot answer in '${accept}'`, { hint: `Accept ${LIST}.` });
}
