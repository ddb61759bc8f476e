// The slider thins the spy plots at once; the server answers with the rest.
const PAUSE = 60; // the shortest time in ms between two requests
const root = element.querySelector(".overview");
const find = (name, from = root) => from.querySelector(name);
const slider = find("input");
const number = (value) => value.toLocaleString("en");

let frame = null;
let columns = [];
let timer = 0;

function build() {
  if (columns.map((column) => column.name).join() !== frame.columns.map((data) => data.name).join()) {
    columns = frame.columns.map((data) => {
      const node = find("template").content.firstElementChild.cloneNode(true);
      find("h2", node).textContent = data.name;
      return { name: data.name, node, spy: new Spy(find(".spy", node)) };
    });
    find(".columns").replaceChildren(...columns.map((column) => column.node));
  }
  slider.max = frame.last;
  const picture = find(".drawing img");
  picture.hidden = !frame.picture;
  picture.src = frame.picture ?? "";
  picture.alt = frame.caption;
  find(".drawing figcaption").textContent = frame.caption;
  find(".problem").hidden = !frame.problem;
  find(".problem").textContent = frame.problem ?? "";
  find(".share").textContent = `${frame.pruned} of the weights pruned; the largest ${frame.kept} kept.`;
  slider.ariaValueText = find(".share").textContent;
  columns.forEach((column, i) => fill(column, frame.columns[i]));
}

function fill({ node, spy, name }, data) {
  const answer = find(".answer", node);
  answer.replaceChildren();
  if (data.answer) {
    const label = document.createElement("strong");
    label.textContent = data.answer.label;
    answer.append(label, ` ${data.answer.confidence}`, data.answer.confident ? "" : ", not sure");
  }
  const share = (100 * data.left) / data.total;
  find(".left", node).textContent = `${number(data.left)} (${share.toFixed(share < 10 ? 1 : 0)}%)`;
  find(".kilobytes", node).textContent = `${number(data.kilobytes)} kB`;
  find(".multiplications", node).textContent = number(data.left);
  find(".accuracy", node).textContent = data.accuracy ?? "not measured";
  const { left, units } = data.first;
  find(".caption", node).textContent = `First layer: 784 pixels × ${units} units, ${number(left)} weights left`;
  spy.canvas.ariaLabel = `${name}: ${find(".caption", node).textContent}. Enter zooms in, the arrow keys move.`;
  spy.canvas.style.aspectRatio = `${units} / 784`;
  find(".filters", node).replaceChildren(
    ...data.filters.map((url, j) => {
      const image = document.createElement("img");
      image.src = url;
      image.alt = `Filter ${j + 1} of ${name}, 28 × 28 weights`;
      return image;
    }),
  );
  if (data.spy) spy.read(data.spy);
  spy.show(Number(slider.value)); // the slider may have moved on
}

slider.addEventListener("input", () => {
  const step = Number(slider.value);
  for (const column of columns) column.spy.show(step);
  clearTimeout(timer);
  timer = setTimeout(() => trigger("input", { step }), PAUSE);
});

watch("value", () => {
  root.hidden = !props.value;
  if (!props.value) return;
  const next = JSON.parse(props.value);
  const all = next.columns.some((column) => column.spy);
  if (!all && next.layers !== frame?.layers) return; // a late answer for another depth
  frame = next;
  if (all) slider.value = next.step; // only then: the slider may have moved on since
  build();
});

let width = 0;
new ResizeObserver(() => {
  if (width === root.clientWidth) return;
  width = root.clientWidth;
  for (const column of columns) column.spy.paint();
}).observe(root);
