// Maps of the networks' answers with one pin: [sleeve, body], both from 0 to side - 1.
const CELL = 12; // pixels of the canvas for a garment
const root = element.querySelector(".tailor");
const find = (name, from = root) => from.querySelector(name);
const sliders = [...root.querySelectorAll("[data-axis]")];
const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

let frame = null;
let maps = [];
let pin = [9, 6];
let sheet = null;

async function build() {
  const { side } = frame;
  sliders.forEach((slider) => (slider.max = side - 1));
  maps = frame.networks.map((data) => {
    const node = find("template").content.firstElementChild.cloneNode(true);
    find("h3", node).textContent = data.heading;
    const area = find(".map", node);
    area.ariaLabel = `Map of ${data.heading}. The arrow keys move the pin.`;
    const canvas = find("canvas", node);
    canvas.width = canvas.height = side * CELL;
    return { node, area, canvas, labels: decode(data.labels), confidences: decode(data.confidences) };
  });
  find(".maps").replaceChildren(...maps.map((map) => map.node));
  find(".legend").replaceChildren(
    ...Object.entries(frame.colours).map(([label, colour]) => {
      const item = document.createElement("li");
      item.style.setProperty("--colour", colour);
      item.textContent = frame.names[label];
      return item;
    }),
  );
  sheet = new Image();
  sheet.src = frame.sheet;
  await sheet.decode();
  show(false);
}

function show(say = true) {
  const { side } = frame;
  const [sleeve, body] = pin;
  sliders.forEach((slider) => (slider.value = pin[slider.dataset.axis]));
  const canvas = new OffscreenCanvas(28, 28);
  canvas.getContext("2d").drawImage(sheet, sleeve * 28, body * 28, 28, 28, 0, 0, 28, 28);
  canvas.convertToBlob().then((blob) => {
    const image = find(".bench img");
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(blob);
  });
  find(".bench img").alt = `A garment with sleeves of length ${sleeve} and a body of length ${body}, of ${side - 1}`;
  const answers = maps.map((map, i) => {
    const at = body * side + sleeve;
    const answer = `${frame.names[map.labels[at]]} ${Math.round(map.confidences[at] / 2.55)}%`;
    find(".answer", map.node).textContent = answer;
    paint(map);
    return `${frame.networks[i].heading}: ${answer}`;
  });
  if (say) find("[role=status]").textContent = answers.join(", ");
}

function paint({ canvas, labels, confidences }) {
  const { side, colours } = frame;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  labels.forEach((label, i) => {
    context.globalAlpha = 0.25 + (0.75 * confidences[i]) / 255;
    context.fillStyle = colours[label];
    context.fillRect((i % side) * CELL, Math.floor(i / side) * CELL, CELL, CELL);
  });
  context.globalAlpha = 1;
  const [x, y] = pin.map((place) => (place + 0.5) * CELL);
  for (const [colour, width] of [["#000", 6], ["#fff", 3]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, CELL * 0.8, 0, 7);
    context.stroke();
  }
}

function move(next) {
  const within = next.map((place) => Math.min(Math.max(place, 0), frame.side - 1));
  if (String(within) === String(pin)) return;
  pin = within;
  show();
}

const mapOf = (event) => maps.find((map) => map.area.contains(event.target));

root.addEventListener("pointerdown", (event) => {
  const map = mapOf(event);
  if (!map) return;
  map.area.setPointerCapture(event.pointerId);
  drag(event, map);
});
root.addEventListener("pointermove", (event) => {
  const map = mapOf(event);
  if (map?.area.hasPointerCapture(event.pointerId)) drag(event, map);
});
function drag(event, map) {
  const box = map.canvas.getBoundingClientRect();
  const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  move(share.map((part) => Math.floor(part * frame.side)));
}

root.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!by || !mapOf(event)) return;
  event.preventDefault();
  move([pin[0] + by[0], pin[1] + by[1]]);
});
for (const slider of sliders) {
  slider.addEventListener("input", () => {
    const next = [...pin];
    next[slider.dataset.axis] = Number(slider.value);
    move(next);
  });
}

watch("value", () => {
  root.hidden = !props.value;
  if (!props.value) return;
  frame = JSON.parse(props.value);
  build();
});
