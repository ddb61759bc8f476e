// The view asks the server for another number of connections when the slider moves.
const PAUSE = 80; // the shortest time in ms between two requests
const ARROWS = ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "Home", "End"];
const root = element.querySelector(".behind");
const find = (name, from = root) => from.querySelector(name);
const slider = find("input");

let frame = null; // what the server sent last
let size = { keep: "confidence" };
let nets = [];

// The slider is logarithmic, from one connection to all of the largest network.
const largest = () => Math.max(...frame.networks.map((net) => net.total), 1);
const toCount = (position) => Math.round(largest() ** (position / slider.max));
const toPosition = (count) => Math.round((slider.max * Math.log(Math.max(count, 1))) / Math.log(largest() + 1e-9));

const number = (value) => value.toLocaleString("en");
const percent = (value) => `${Math.round(value * 100)}%`;

const asking = new Asking(root, () => trigger("input", size), (next) => {
  frame = next;
  if (frame.pixels) build();
});

function build() {
  const headings = frame.networks.map((net) => net.heading);
  if (JSON.stringify(headings) !== JSON.stringify(nets.map((net) => net.heading))) {
    nets = headings.map((heading) => {
      const node = find("template").content.firstElementChild.cloneNode(true);
      find("h2", node).textContent = heading;
      const area = find(".graph", node);
      area.ariaLabel = `Connections: ${heading}. The arrow keys walk from unit to unit, Escape closes.`;
      return { heading, node, area, graph: new Graph(find("canvas", node)) };
    });
    find(".graphs").replaceChildren(...nets.map((net) => net.node));
  }
  lay();
}

function lay() {
  nets.forEach((net, i) => {
    const data = frame.networks[i];
    net.graph.lay(data, frame.pixels, net.area.clientWidth);
    const same = data.label === data.answer;
    const result = find(".result", net.node);
    result.textContent = `${data.outputs[data.label]} ${percent(data.confidence)}`;
    result.classList.toggle("changed", !same);
    find(".numbers", net.node).textContent = numbers(data, same);
  });
  const counts = frame.networks.map((net) => net.count);
  if (typeof frame.size !== "number") slider.value = toPosition(Math.max(...counts));
  find("output").textContent = typeof frame.size === "number" ? number(frame.size) : "";
  slider.ariaValueText = frame.networks.map((net) => `${net.heading}: ${number(net.count)}`).join(", ");
  for (const button of root.querySelectorAll("[data-keep]")) {
    button.setAttribute("aria-pressed", String(button.dataset.keep === frame.size));
  }
  paint();
}

function numbers(data, same) {
  const shown = readLines(data.lines).length;
  const words = [`${number(data.count)} of ${number(data.total)} connections`];
  if (data.count === 0) words.push("the biases alone give this answer");
  else if (shown < data.count) words.push(`the ${number(shown)} strongest are drawn`);
  if (!same) words.push(`no longer ${data.outputs[data.answer]}`);
  return `${words.join("; ")}.`;
}

function paint() {
  const style = getComputedStyle(root);
  const colours = {
    for: style.getPropertyValue("--for"),
    against: style.getPropertyValue("--against"),
    accent: style.getPropertyValue("--color-accent"),
    text: style.color,
    font: style.fontFamily,
  };
  for (const net of nets) {
    net.graph.paint(colours);
    find(".followed", net.node).textContent = net.graph.open ? net.graph.words() : "";
  }
}

function follow(net, unit, say = false) {
  for (const other of nets) other.graph.open = other === net ? unit : null;
  paint();
  if (say) find(".said").textContent = unit ? net.graph.words() : "";
}

const netOf = (event) => nets.find((net) => net.area.contains(event.target));

for (const kind of ["pointermove", "pointerdown"]) {
  root.addEventListener(kind, (event) => {
    const net = netOf(event);
    if (!net) return;
    const unit = net.graph.under(event.clientX, event.clientY);
    const { open } = net.graph;
    if (unit && (unit.layer !== open?.layer || unit.unit !== open.unit)) follow(net, unit);
  });
}
root.addEventListener("pointerleave", (event) => {
  if (event.pointerType !== "touch") follow(null, null);
});

root.addEventListener("keydown", (event) => {
  const net = netOf(event);
  if (!net) return;
  if (event.key === "Escape") return follow(net, null, true);
  if (!ARROWS.includes(event.key) || !frame.networks[nets.indexOf(net)].count) return;
  event.preventDefault();
  follow(net, net.graph.next(event.key), true);
});

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keep]");
  if (!button) return;
  size = { keep: button.dataset.keep };
  asking.ask(0);
});

slider.addEventListener("input", () => {
  if (!frame?.networks.length) return;
  size = { count: toCount(slider.value) };
  find("output").textContent = number(size.count);
  asking.ask(PAUSE);
});

watch("value", () => asking.receive(props.value));

let width = 0;
new ResizeObserver(() => {
  if (!frame?.pixels || root.hidden || width === root.clientWidth) return;
  width = root.clientWidth;
  lay();
}).observe(root);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => frame?.pixels && paint());
