// The view draws what the server sends, and tells it which unit or step is open.
const ALL = "Side by side";
const CELL = { large: 6, small: 5, finger: 8 }; // CSS pixels
const WIDE = 560; // CSS pixels from which the explanation fits beside a network
const PAUSE = 60; // the shortest time in ms between two requests for a unit
const root = element.querySelector(".view");
const find = (name, from = root) => from.querySelector(name);
const part = (name) => find(`[data-part="${name}"]`).content.firstElementChild.cloneNode(true);

let frame = null; // what the server sent last
let chosen = null; // the heading of the network that is shown, or ALL
let nets = []; // the networks that are shown
let built = "";
let open = null; // { net, layer, unit } or { net, step }
let pinned = false; // a click keeps a unit open while the pointer moves on
let timer = 0;

const shown = () => frame.networks.filter((one) => chosen === ALL || one.heading === chosen);
const last = (net) => net.grids.length; // the number of the layer of outputs
const count = (net, layer) => (layer === last(net) ? net.outputs.length : net.grids[layer].count);

// Building

function build() {
  const headings = frame.networks.map((one) => one.heading);
  const options = headings.length > 1 ? [...headings, ALL] : headings;
  if (!options.includes(chosen)) chosen = options[0];
  const shape = JSON.stringify([
    options,
    chosen,
    frame.networks.map((one) => [one.layers.map((layer) => layer.units.length), one.outputs]),
  ]);
  if (shape === built) return;
  built = shape;
  const focused = find(".choice").contains(document.activeElement) && chosen;
  find(".choice").replaceChildren(
    ...options.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name.replace("hidden ", "");
      button.dataset.name = name;
      button.setAttribute("aria-pressed", String(name === chosen));
      return button;
    }),
  );
  root.classList.toggle("compared", shown().length > 1);
  nets = shown().map(buildNet);
  find(".nets").replaceChildren(...nets.map((net) => net.node));
  if (open) open = nets.some((net) => net.heading === open.heading) ? locate(open) : null;
  if (focused) find("[aria-pressed=true]").focus({ preventScroll: true });
  fit();
}

function buildNet(data) {
  const node = part("net");
  find("h3", node).textContent = data.heading;
  node.ariaLabel = `Inside: ${data.heading}`;
  const layers = find(".layers", node);
  layers.ariaLabel =
    `Units of the network with ${data.heading}. The arrow keys walk from unit to unit, ` +
    "Page Down and Page Up from layer to layer, Escape closes the unit.";
  const strips = data.layers.map((_, i) => {
    const layer = part("layer");
    find("b", layer).textContent = `Layer ${i + 1}`;
    return layer;
  });
  find(".hidden-layers", node).replaceChildren(...strips);
  const outputs = data.outputs.map((name) => {
    const item = document.createElement("li");
    const share = document.createElement("span");
    item.append(name, share);
    return item;
  });
  find(".outputs", node).replaceChildren(...outputs);
  return {
    node,
    heading: data.heading,
    strips,
    outputs,
    picture: new Grid(find(".picture canvas", node), PIXELS),
    grids: strips.map((layer) => new Grid(find("canvas", layer), UNITS)),
  };
}

function locate({ heading, layer, unit, step }) {
  const net = nets.find((one) => one.heading === heading);
  if (step !== undefined) return { net, heading, step };
  return layer <= last(net) && unit < count(net, layer) ? { net, heading, layer, unit } : null;
}

function fit() {
  const wide = root.clientWidth >= WIDE;
  root.classList.toggle("wide", wide);
  const size = !wide ? CELL.finger : nets.length > 1 ? CELL.small : CELL.large;
  for (const net of nets) {
    const width = find(".hidden-layers", net.node).clientWidth;
    if (!width) return;
    net.picture.fit(28 * 28, width, 4, 28);
    const { layers } = frame.networks.find((one) => one.heading === net.heading);
    layers.forEach((layer, i) => net.grids[i].fit(decode(layer.units).length, width, size));
  }
  paint();
}

// Painting

function paint() {
  const black = new Uint8Array(784);
  for (const net of nets) {
    const data = frame.networks.find((one) => one.heading === net.heading);
    net.picture.paint(frame.pixels ? decode(frame.pixels) : black);
    net.levels = data.layers.map((layer) => decode(layer.units));
    net.largest = data.layers.map((layer) => layer.largest);
    net.levels.forEach((levels, i) => {
      net.grids[i].paint(levels);
      find("span", net.strips[i]).textContent = words(levels);
    });
    net.outputs.forEach((item, i) => {
      const share = data.shares?.[i];
      item.style.setProperty("--share", `${(share ?? 0) * 100}%`);
      item.lastChild.textContent = share === undefined ? "" : `${Math.round(share * 100)}%`;
    });
    find(".words", net.node).textContent = net.strips
      .map((strip) => find(".caption", strip).textContent)
      .join(". ");
  }
  explain();
  mark();
}

// In a narrow window the explanation goes under the layer that it is about, which stays where it is
// on the screen.
function explain() {
  const about = root.classList.contains("wide") || !frame.explanation ? null : partOf(open);
  const node = find(".explanation");
  const still = about ?? find(".room");
  const before = still.getBoundingClientRect().top;
  const moves = about ? about.nextSibling !== node : node.parentNode !== find(".room");
  find(".explained").innerHTML = frame.explanation;
  find(".hint").hidden = Boolean(frame.explanation);
  if (!moves) return;
  if (about) about.after(node);
  else find(".room").append(node);
  scrollBy(0, still.getBoundingClientRect().top - before);
  if (about && open.step !== undefined) about.scrollIntoView({ block: "start" });
}

// The layer on which a unit or step is: the picture, a strip or the outputs.
function partOf(what) {
  if (!what) return null;
  const parts = partsOf(what.net);
  return parts[Math.min(what.step ?? what.layer + 1, parts.length - 1)];
}

const partsOf = (net) => [find(".picture", net.node), ...net.strips, find(".outputs", net.node)];

function words(levels) {
  const lit = levels.reduce((sum, level) => sum + (level > 0 && level !== HOLLOW), 0);
  const hollow = levels.reduce((sum, level) => sum + (level === HOLLOW), 0);
  return `${lit} of ${levels.length} units lit${hollow ? `, ${hollow} without a path` : ""}`;
}

// The place of a unit, from the corner of its network.
function place(net, layer, unit) {
  const frame = find(".layers", net.node).getBoundingClientRect();
  if (layer === last(net)) {
    const box = net.outputs[unit].getBoundingClientRect();
    return [box.left - frame.left, box.top - frame.top + box.height / 2];
  }
  const box = net.grids[layer].canvas.getBoundingClientRect();
  const [x, y] = net.grids[layer].middle(unit);
  return [box.left - frame.left + x, box.top - frame.top + y];
}

function svg(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// Rings around the open unit and the units in its explanation, and lines between them.
function mark() {
  for (const net of nets) {
    const here = open?.net === net ? open : null;
    const links = find(".links", net.node);
    const drawn = [];
    const size = net.grids[0].size;
    const ring = (layer, unit, kind) => {
      if (layer === last(net)) return;
      const [x, y] = place(net, layer, unit);
      const side = size + 2;
      drawn.push(svg("rect", { class: kind, x: x - side / 2 - 0.5, y: y - side / 2 - 0.5, width: side, height: side }));
    };
    if (here) {
      for (const row of find(".explained").querySelectorAll("[data-unit]")) {
        const { layer, unit, sign, length } = row.dataset;
        if (Number(layer) > last(net) || Number(unit) >= count(net, Number(layer))) continue;
        if (here.unit !== undefined) {
          const [[x1, y1], [x2, y2]] = [place(net, here.layer, here.unit), place(net, Number(layer), Number(unit))];
          const middle = (y1 + y2) / 2;
          const d = `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
          drawn.push(svg("path", { class: sign, d, "stroke-width": 0.75 + (2 * length) / 100 }));
        }
        ring(Number(layer), Number(unit), sign);
      }
      if (here.unit !== undefined) ring(here.layer, here.unit, pinned ? "open pinned" : "open");
    }
    links.replaceChildren(...drawn);
    net.outputs.forEach((item, i) =>
      item.classList.toggle("open", here?.layer === last(net) && here.unit === i),
    );
    const now = here?.step === undefined ? null : partOf(here);
    partsOf(net).forEach((one) => one.classList.toggle("later", now !== null && one !== now));
  }
  const at = open?.step === undefined ? "Step by step" : `Step ${open.step + 1} of ${last(open.net) + 3}`;
  find(".at").textContent = at;
}

// Opening

function show(next, say = true) {
  open = next;
  mark();
  if (say) find(".said").textContent = open ? spoken() : "";
  if (!timer) timer = setTimeout(ask, PAUSE);
}

function ask() {
  timer = 0;
  const { net, ...what } = open ?? {};
  if (open) what.network = net.heading;
  trigger("input", what);
}

function spoken() {
  const { net, layer, unit, step } = open;
  if (step !== undefined) {
    const names = ["your picture", ...net.grids.map((_, i) => `layer ${i + 1}`), "logits", "softmax"];
    return `Step ${step + 1}: ${names[step]}`;
  }
  if (layer === last(net)) return `Output ${net.outputs[unit].textContent}`;
  const level = net.levels[layer][unit];
  const value = ((level / 254) * net.largest[layer]).toFixed(2);
  const state = level === HOLLOW ? "no path" : level ? `lit, ${value}` : "dark";
  return `Layer ${layer + 1}, unit ${unit + 1} of ${count(net, layer)}: ${state}`;
}

// What is under the pointer: { net, layer, unit }, or nothing.
function under(event) {
  const net = nets.find((one) => one.node.contains(event.target));
  if (!net) return null;
  const item = net.outputs.findIndex((one) => one.contains(event.target));
  if (item >= 0) return { net, heading: net.heading, layer: last(net), unit: item };
  const layer = net.strips.findIndex((one) => one.contains(event.target));
  const unit = layer < 0 ? -1 : net.grids[layer].at(event.clientX, event.clientY);
  return unit < 0 ? null : { net, heading: net.heading, layer, unit };
}

const same = (a, b) => a && b && a.net === b.net && a.layer === b.layer && a.unit === b.unit;

root.addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch" || event.buttons || pinned || open?.step !== undefined) return;
  if (!root.classList.contains("wide")) return; // the page would move under the pointer
  const next = under(event);
  if (next && !same(next, open)) show(next, false);
});

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.step) return walk(Number(button.dataset.step));
  if (button) return choose(button.dataset.name);
  const next = under(event);
  if (!next) return;
  pinned = !(pinned && same(next, open));
  show(next);
});

function choose(name) {
  chosen = name;
  pinned = false;
  const before = open;
  build();
  if (before && !open) show(null);
}

function walk(by) {
  const net = open?.net ?? nets[0];
  if (!net) return;
  const steps = last(net) + 3;
  const step = Math.min(Math.max((open?.step ?? -1) + by, 0), steps - 1);
  pinned = false;
  show({ net, heading: net.heading, step });
}

function move(net, key) {
  const at = open?.net === net && open.unit !== undefined ? open : null;
  if (!at) return { net, heading: net.heading, layer: 0, unit: brightest(net) };
  let { layer, unit } = at;
  const columns = (i) => (i === last(net) ? 1 : net.grids[i].columns);
  const total = count(net, layer);
  const down = { ArrowDown: columns(layer), ArrowUp: -columns(layer), ArrowRight: 1, ArrowLeft: -1 }[key];
  if (key === "Home") unit = 0;
  else if (key === "End") unit = total - 1;
  else {
    const to = key === "PageDown" ? total : key === "PageUp" ? -1 : unit + down;
    if (to >= 0 && to < total) unit = to;
    else {
      const next = layer + (to < 0 ? -1 : 1);
      if (next < 0 || next > last(net)) return at;
      const share = (unit % columns(layer)) / columns(layer);
      const column = Math.floor(share * columns(next));
      const rows = Math.ceil(count(net, next) / columns(next));
      unit = to < 0 && key !== "PageUp" ? (rows - 1) * columns(next) + column : column;
      unit = Math.min(unit, count(net, next) - 1);
      layer = next;
    }
  }
  return { net, heading: net.heading, layer, unit };
}

function brightest(net) {
  let best = 0;
  net.levels[0].forEach((level, i) => {
    if (level !== HOLLOW && level > net.levels[0][best]) best = i;
  });
  return best;
}

const KEYS = ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "Home", "End", "PageDown", "PageUp"];

root.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open) {
    pinned = false;
    show(null);
    return;
  }
  const net = nets.find((one) => find(".layers", one.node) === event.target);
  if (!net || !KEYS.includes(event.key)) return;
  event.preventDefault();
  pinned = true;
  show(move(net, event.key));
});

root.addEventListener("focusin", (event) => {
  const net = nets.find((one) => find(".layers", one.node) === event.target);
  if (!net || open?.net === net || !event.target.matches(":focus-visible")) return;
  pinned = true;
  show(move(net, "Home"));
});

// A term of the explanation shows where it comes from.
find(".explained").addEventListener("pointerover", (event) => {
  const row = event.target.closest("[data-unit]");
  const rows = [...find(".explained").querySelectorAll("[data-unit]")];
  const links = open && find(".links", open.net.node);
  links?.classList.toggle("single", Boolean(row));
  const { layer, unit } = row?.dataset ?? {};
  links?.querySelectorAll("path").forEach((path, i) => {
    path.classList.toggle("this", rows[i]?.dataset.layer === layer && rows[i]?.dataset.unit === unit);
  });
});
find(".explained").addEventListener("pointerleave", () => {
  if (open) find(".links", open.net.node).classList.remove("single");
});

let painting = 0;
watch("value", () => {
  root.hidden = !props.value;
  if (!props.value) return;
  frame = JSON.parse(props.value);
  cancelAnimationFrame(painting);
  painting = requestAnimationFrame(() => {
    build();
    paint();
  });
});
let width = 0;
new ResizeObserver(() => {
  if (!frame || root.hidden || width === root.clientWidth) return;
  width = root.clientWidth;
  fit();
}).observe(root);
