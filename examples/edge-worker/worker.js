/** Predictions at the edge: POST a row as JSON. The model is learnt from a small table by the first request, then kept. */
import { trainTable } from "@chaingrad/tables";

const sizes = Array.from({ length: 90 }, (_, i) => 40 + ((37 * i) % 90));
const flats = sizes.map((size, i) => ({ size, district: i % 2 ? "north" : "south", price: 2000 * size }));

let learning;
/** A training that failed is not kept: the next request tries again. */
function model() {
  learning ??= Promise.resolve(trainTable(flats, { target: "price", epochs: 30 })).catch((error) => {
    learning = undefined;
    throw error;
  });
  return learning;
}

export default {
  async fetch(request) {
    if (request.method !== "POST") return Response.json({ error: "POST a row as JSON" }, { status: 405 });
    const learnt = await model();
    try {
      return Response.json(learnt.predict(await request.json()));
    } catch (error) {
      return Response.json({ error: error.message }, { status: 400 });
    }
  },
};
