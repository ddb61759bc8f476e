// Each picture switches its pixels one by one, with the network's answer to every stage.
const CELL = 8; // device-independent pixels of the canvas for a pixel of the picture
const WHOLE = 2400; // ms for all pixels of a picture
const root = element.querySelector(".mind");
const find = (name, from = root) => from.querySelector(name);
const still = matchMedia("(prefers-reduced-motion: reduce)");

let frame = null;
let nets = [];
let playing = 0;

function build() {
  nets = frame.networks.map((data) => {
    const node = find("template").content.firstElementChild.cloneNode(true);
    find("h2", node).textContent = data.heading;
    const count = data.pixels.length;
    const to = data.labels.at(-1);
    find(".count", node).textContent = count
      ? `${count} pixel${count === 1 ? "" : "s"}: ${data.labels[0]} → ${to}`
      : "No change was found within 120 pixels.";
    const canvas = find("canvas", node);
    canvas.width = canvas.height = 28 * CELL;
    find(".picture", node).ariaLabel = count ? `Your picture with ${count} pixels switched, which ${data.heading} calls ${to}` : "Your picture";
    return { data, node, canvas };
  });
  find(".pictures").replaceChildren(...nets.map((net) => net.node));
  play();
}

function play() {
  clearInterval(playing);
  if (still.matches) return nets.forEach((net) => paint(net, net.data.pixels.length));
  const start = performance.now();
  const tick = () => {
    const passed = Math.min((performance.now() - start) / WHOLE, 1);
    for (const net of nets) paint(net, Math.round(passed * net.data.pixels.length));
    if (passed === 1) clearInterval(playing);
  };
  tick();
  playing = setInterval(tick, 80);
}

// The picture with its first `count` pixels switched.
function paint({ data, node, canvas }, count) {
  const levels = Uint8Array.from(atob(frame.pixels), (letter) => letter.charCodeAt(0));
  const context = canvas.getContext("2d");
  const style = getComputedStyle(root);
  const corner = (i) => [(i % 28) * CELL, Math.floor(i / 28) * CELL];
  levels.forEach((level, i) => {
    context.fillStyle = `rgb(${level}, ${level}, ${level})`;
    context.fillRect(...corner(i), CELL, CELL);
  });
  for (const pixel of data.pixels.slice(0, count)) {
    const added = levels[pixel] < 128;
    const [x, y] = corner(pixel);
    context.fillStyle = added ? "#fff" : "#000";
    context.fillRect(x, y, CELL, CELL);
    context.strokeStyle = style.getPropertyValue(added ? "--for" : "--against");
    context.lineWidth = 3;
    context.strokeRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1);
  }
  const label = data.labels[count];
  find(".now", node).textContent = label ?? "";
  find(".now", node).classList.toggle("changed", label !== data.labels[0]);
}

const asking = new Asking(root, () => trigger("input", {}), (next) => {
  frame = next;
  if (frame.pixels) build();
});
find("button").addEventListener("click", play);
watch("value", () => asking.receive(props.value));
