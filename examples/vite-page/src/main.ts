/** Learns prices of flats when the page opens, then says what a flat costs while its size is being typed. */
import { trainTable } from "@chaingrad/tables";

const sizes = Array.from({ length: 90 }, (_, i) => 40 + ((37 * i) % 90));
const flats = sizes.map((size, i) => ({
  size,
  district: i % 2 ? "north" : "south",
  price: 2000 * size + (i % 2 ? 30_000 : 0),
}));

const state = document.querySelector("#state") as HTMLElement;
const progress = document.querySelector("#progress") as HTMLProgressElement;
const form = document.querySelector("#flat") as HTMLFormElement;

try {
  const model = await trainTable(flats, {
    target: "price",
    epochs: progress.max,
    onEpoch: ({ epoch }) => {
      progress.value = epoch;
    },
  });
  const tell = (): void => {
    const given = new FormData(form);
    const size = Number(given.get("size"));
    const { price } = model.predict({ size, district: String(given.get("district")) });
    (form.elements.namedItem("price") as HTMLOutputElement).value = Math.round(price).toLocaleString("en");
  };
  form.addEventListener("input", tell);
  form.hidden = false;
  progress.hidden = true;
  state.textContent = "Ready.";
  tell();
} catch (error) {
  state.textContent = (error as Error).message;
}
